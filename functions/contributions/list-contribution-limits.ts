import { listLimits, toLimit } from '#plans/contribution.repository.ts';
import { listContributionLimits } from '#plans/contributions.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(listContributionLimits, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listLimits(read, query.plan_type));
  return { data: rows.map(toLimit) };
});
