import { toPlan } from '#plans/plan-answer.ts';
import { listPlans } from '#plans/plan-list.repository.ts';
import * as routes from '#plans/plans.routes.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listPlans, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) =>
    listPlans(disclosing(read), query, sorted(routes.PLAN_SORTS, query)),
  );
  return toSortedPage(routes.PLAN_SORTS, query, rows, ({ participant_name: name, ...row }) => ({
    ...toPlan(row),
    ...(name === null ? {} : { participant_name: name }),
  }));
});
