import * as routes from '#plans/me.routes.ts';
import { toPlan } from '#plans/plan-answer.ts';
import { listPlans } from '#plans/plan-list.repository.ts';
import { PLAN_SORTS } from '#plans/plans.routes.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listMyPlans, async ({ query, principal, tenantRead }) => {
  const employee_id = principal.employeeId?.normalize('NFC');
  if (employee_id === undefined) return { data: [], next_cursor: null };
  const rows = await tenantRead((read) =>
    listPlans(read, { ...query, employee_id }, sorted(PLAN_SORTS, query)),
  );
  return toSortedPage(PLAN_SORTS, query, rows, toPlan);
});
