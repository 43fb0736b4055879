import { sql } from 'kysely';
import { GRANTS, type GrantedPlan, PLAN_COLUMNS } from '#plans/plan.repository.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/** The day from which the money of a plan vests by the census. */
const START = sql<string>`least(coalesce(p.hired_on, plans.enrolled_on), plans.enrolled_on)`;

export type PlanToFollow = GrantedPlan & { readonly start: string };

/** Locks the active plans of money of some employees whose vesting doesn't begin with the service that the census knows. */
export async function lockPlansToFollow(
  tx: TenantTx,
  employees: readonly string[],
): Promise<readonly PlanToFollow[]> {
  return tx
    .selectFrom('plans')
    .innerJoin('participants as p', (join) =>
      join.onRef('p.tenant_id', '=', 'plans.tenant_id').onRef('p.employee_id', '=', 'plans.employee_id'),
    )
    .select([...PLAN_COLUMNS.map((column) => `plans.${column}` as const), GRANTS, START.as('start')])
    .where('plans.employee_id', '=', sql<string>`any(${[...employees]}::text[])`)
    .where('plans.status', '=', 'ACTIVE')
    .where('plans.granted_quantity', '=', '0')
    .where(sql<boolean>`plans.vesting_start <> ${START}`)
    .orderBy('plans.id')
    .forUpdate('plans')
    .execute();
}

export async function setVestingStart(tx: TenantTx, id: string, start: string): Promise<void> {
  await tx.updateTable('plans').set({ vesting_start: start }).where('id', '=', id).execute();
}
