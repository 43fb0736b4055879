import { listContributions, toContribution } from '#plans/contributions/contribution.repository.ts';
import * as routes from '#plans/contributions/contributions.routes.ts';
import { ownPlan } from '#plans/own-plan.ts';
import { findPlan } from '#plans/plan.repository.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listContributions, async ({ params, query, principal, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    const plan = ownPlan(principal, await findPlan(read, params.id));
    return listContributions(read, plan.id, query, sorted(routes.CONTRIBUTION_SORTS, query));
  });
  return toSortedPage(routes.CONTRIBUTION_SORTS, query, rows, toContribution);
});
