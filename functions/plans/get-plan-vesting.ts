import { ownPlan } from '#plans/own-plan.ts';
import { findGrantedPlan } from '#plans/plan.repository.ts';
import * as routes from '#plans/plan-vesting.routes.ts';
import { planVesting } from '#plans/plan-vesting.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getPlanVesting, async ({ params, query, principal, tenantRead }) =>
  tenantRead(async (read) => {
    const plan = ownPlan(principal, await findGrantedPlan(read, params.id));
    return planVesting(read, plan, query.as_of ?? (await todayOf(read)));
  }),
);
