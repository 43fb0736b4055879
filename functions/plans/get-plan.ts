import { FIRST_ROWS } from '#kernel/expansions.ts';
import { ownPlan } from '#plans/own-plan.ts';
import { findShownPlan } from '#plans/plan.repository.ts';
import { toPlan } from '#plans/plan-answer.ts';
import * as routes from '#plans/plans.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { withExpanded } from '#platform/http/with-expanded.ts';

// The code of a part is loaded once somebody asks for it.
export const handler = http(routes.getPlan, async ({ params: { id }, query, principal, tenantRead }) =>
  tenantRead(async (read) =>
    withExpanded(toPlan(ownPlan(principal, await findShownPlan(read, id))), query.expand, {
      contributions: async () => {
        const [{ listContributions, toContribution }, { CONTRIBUTION_SORTS }, { sorted, toSortedPage }] =
          await Promise.all([
            import('#plans/contributions/contribution.repository.ts'),
            import('#plans/contributions/contributions.routes.ts'),
            import('#platform/db/sorted.ts'),
          ]);
        const rows = await listContributions(read, id, FIRST_ROWS, sorted(CONTRIBUTION_SORTS, FIRST_ROWS));
        return toSortedPage(CONTRIBUTION_SORTS, FIRST_ROWS, rows, toContribution);
      },
      grants: async () => {
        const { listGrants, toGrant } = await import('#plans/grants/grant.repository.ts');
        const rows = await listGrants(read, id, FIRST_ROWS);
        return toPage(rows, FIRST_ROWS.limit, toGrant, (row) => [row.id]);
      },
      vesting: async () => {
        const [{ planVesting }, { findGrantedPlan }, { todayOf }] = await Promise.all([
          import('#plans/plan-vesting.ts'),
          import('#plans/plan.repository.ts'),
          import('#platform/db/today.ts'),
        ]);
        return planVesting(read, ownPlan(principal, await findGrantedPlan(read, id)), await todayOf(read));
      },
    }),
  ),
);
