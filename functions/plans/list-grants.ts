import { listGrants, toGrant } from '#plans/grants/grant.repository.ts';
import * as routes from '#plans/grants/grants.routes.ts';
import { ownPlan } from '#plans/own-plan.ts';
import { findPlan } from '#plans/plan.repository.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listGrants, async ({ params, query, principal, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    const plan = ownPlan(principal, await findPlan(read, params.id));
    return listGrants(read, plan.id, query);
  });
  return toPage(rows, query.limit, toGrant, (row) => [row.id]);
});
