import { listPlans as list, toPlan } from '#plans/plan.repository.ts';
import { listPlans } from '#plans/plans.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(listPlans, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  return toPage(rows, query.limit, toPlan, (row) => [row.id]);
});
