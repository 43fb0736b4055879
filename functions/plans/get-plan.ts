import { ownPlan } from '#plans/own-plan.ts';
import { findShownPlan } from '#plans/plan.repository.ts';
import { toPlan } from '#plans/plan-answer.ts';
import * as routes from '#plans/plans.routes.ts';
import { http } from '#platform/http/http.ts';
import { withExpanded } from '#platform/http/with-expanded.ts';

export const handler = http(routes.getPlan, async ({ params: { id }, query, principal, tenantRead }) =>
  tenantRead(async (read) => {
    const plan = toPlan(ownPlan(principal, await findShownPlan(read, id)));
    // Loaded by those who ask for a part.
    const parts = async () => (await import('#plans/plan-parts.ts')).PLAN_PARTS;
    return withExpanded(plan, query.expand, async (name) => (await parts())[name](read, id));
  }),
);
