import { listLimits, toLimit } from '#plans/contributions/contribution-limits.repository.ts';
import * as routes from '#plans/contributions/contributions.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listContributionLimits, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listLimits(read, query.plan_type));
  return { data: rows.map(toLimit) };
});
