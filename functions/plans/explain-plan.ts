import * as routes from '#plans/explain/explain.routes.ts';
import { explain } from '#plans/explain/explain-plan.ts';
import { ownPlan } from '#plans/own-plan.ts';
import { findGrantedPlan } from '#plans/plan.repository.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.explainPlan, async ({ params, query, principal, tenantRead }) =>
  tenantRead(async (read) => {
    const plan = ownPlan(principal, await findGrantedPlan(read, params.id));
    return explain(read, plan, query.as_of ?? (await todayOf(read)));
  }),
);
