import { ownPlan } from '#plans/own-plan.ts';
import { findShownPlan } from '#plans/plan.repository.ts';
import { toPlan } from '#plans/plan-answer.ts';
import * as routes from '#plans/plans.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getPlan, async ({ params, principal, tenantRead }) =>
  toPlan(ownPlan(principal, await tenantRead((read) => findShownPlan(read, params.id)))),
);
