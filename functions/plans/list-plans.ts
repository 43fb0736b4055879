import { listPlans, toPlan } from '#plans/plan.repository.ts';
import * as routes from '#plans/plans.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listPlans, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listPlans(read, query));
  return toPage(rows, query.limit, toPlan, (row) => [row.id]);
});
