import { listLimits, toLimit } from '#plans/contributions/contribution.repository.ts';
import { listContributionLimits } from '#plans/contributions/contributions.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(listContributionLimits, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listLimits(read, query.plan_type));
  return { data: rows.map(toLimit) };
});
