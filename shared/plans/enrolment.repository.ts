import { sql } from 'kysely';
import type { VestedState, VestingInputs } from '#plans/vesting-runs/vested-state.ts';
import type { SerializableTx, TenantTx } from '#platform/db/tenant-tx.ts';
import {
  GRANTS,
  type GrantedPlan,
  PLAN_COLUMNS,
  type PlanRow,
  SHOWN,
  type ShownPlan,
} from './plan.repository.ts';
import { grantedQuantity, vestedColumns } from './vested-columns.ts';

export interface NewPlan {
  readonly employee_id: string;
  readonly plan_type: PlanRow['plan_type'];
  readonly shareholder_id: string | undefined;
  readonly currency: string;
  readonly enrolled_on: string;
  readonly vesting: VestingInputs;
  /** The document that it is under, in the version whose schedule it has. */
  readonly document?: { readonly id: string; readonly version: { readonly number: number } } | undefined;
}

/**
 * Inserts a plan; a grant of it comes after it.
 * @throws DomainError `plan-exists` when the employee has an active plan of the type (a unique index)
 */
export function insertPlan(tx: SerializableTx, plan: NewPlan, vested: VestedState): Promise<ShownPlan> {
  const { vesting, document, ...columns } = plan;
  const { schedule, vestingStart, breaks } = vesting;
  return tx
    .insertInto('plans')
    .values({
      ...columns,
      vesting_schedule: schedule === undefined ? null : JSON.stringify(schedule),
      plan_document_id: document?.id ?? null,
      plan_document_version: document?.version.number ?? null,
      vesting_start: vestingStart,
      breaks: JSON.stringify(breaks),
      granted_quantity: grantedQuantity(vesting),
      ...vestedColumns(vested),
    })
    .returning(SHOWN)
    .executeTakeFirstOrThrow();
}

/** Returns the employee's plan of a type whose notice is over, if nothing has settled its end yet. */
export function findEndedPlan(
  tx: TenantTx,
  employeeId: string,
  planType: PlanRow['plan_type'],
  today: string,
): Promise<GrantedPlan | undefined> {
  return tx
    .selectFrom('plans')
    .select([...PLAN_COLUMNS, GRANTS])
    .where('employee_id', '=', employeeId)
    .where('plan_type', '=', planType)
    .where('status', '=', 'ACTIVE')
    .where(sql<boolean>`terminated_on <= ${today}::date`)
    .executeTakeFirst();
}
