import { ownPlan } from '#plans/own-plan.ts';
import { findPlan } from '#plans/plan.repository.ts';
import { planVesting } from '#plans/plan-vesting.ts';
import * as routes from '#plans/plans.routes.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getPlanVesting, async ({ params, query, principal, tenantRead }) =>
  tenantRead(async (read) => {
    const plan = ownPlan(principal, await findPlan(read, params.id));
    return planVesting(read, plan, query.as_of ?? (await todayOf(read)));
  }),
);
