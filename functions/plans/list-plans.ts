import { toPlan } from '#plans/plan-answer.ts';
import { listPlans } from '#plans/plan-list.repository.ts';
import * as routes from '#plans/plans.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listPlans, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listPlans(disclosing(read), query));
  return toPage(rows, query.limit, toPlan, (row) => [row.id]);
});
