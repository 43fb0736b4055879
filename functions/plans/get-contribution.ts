import { findContribution, toContribution } from '#plans/contributions/contribution.repository.ts';
import * as routes from '#plans/contributions/contributions.routes.ts';
import { ownPlan } from '#plans/own-plan.ts';
import { findPlan } from '#plans/plan.repository.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getContribution, async ({ params, principal, tenantRead }) =>
  tenantRead(async (read) => {
    const plan = ownPlan(principal, await findPlan(read, params.id));
    return toContribution(found(await findContribution(read, plan.id, params.contribution_id)));
  }),
);
