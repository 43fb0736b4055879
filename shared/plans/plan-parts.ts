import { FIRST_ROWS } from '#kernel/expansions.ts';
import { listContributions, toContribution } from '#plans/contributions/contribution.repository.ts';
import { CONTRIBUTION_SORTS } from '#plans/contributions/contributions.routes.ts';
import { listGrants, toGrant } from '#plans/grants/grant.repository.ts';
import { findGrantedPlan } from '#plans/plan.repository.ts';
import { planVesting } from '#plans/plan-vesting.ts';
import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';

/** The parts that a plan can be answered with, each as its own operation answers it. The plan is there, and its reader may read it. */
export const PLAN_PARTS = {
  contributions: async (read: TenantRead, id: string) => {
    const rows = await listContributions(read, id, FIRST_ROWS, sorted(CONTRIBUTION_SORTS, FIRST_ROWS));
    return toSortedPage(CONTRIBUTION_SORTS, FIRST_ROWS, rows, toContribution);
  },
  grants: async (read: TenantRead, id: string) => {
    const rows = await listGrants(read, id, FIRST_ROWS);
    return toPage(rows, FIRST_ROWS.limit, toGrant, (row) => [row.id]);
  },
  vesting: async (read: TenantRead, id: string) =>
    planVesting(read, found(await findGrantedPlan(read, id)), await todayOf(read)),
} as const;
