import { sql } from 'kysely';
import type { VestedState, VestingInputs } from '#plans/vesting-runs/vested-state.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findShownPlan, type PlanRow, SHOWN, type ShownPlan } from './plan.repository.ts';
import { grantedQuantity, vestedColumns } from './vested-columns.ts';

/**
 * Stores the inputs of a plan that the transaction has locked, and what has vested by them. Results that the job computed from the earlier inputs are refused
 * from now on. Everyone who changes both writes the plan before its grants.
 * @param status stays as it is without one
 */
export async function setPlan(
  tx: TenantTx,
  id: string,
  inputs: VestingInputs,
  vested: VestedState,
  status?: PlanRow['status'],
): Promise<ShownPlan> {
  const { grants, accelerations, breaks, terminatedOn = null } = inputs;
  const shown = await tx
    .updateTable('plans')
    .set((eb) => ({
      accelerations: JSON.stringify(accelerations),
      breaks: JSON.stringify(breaks),
      terminated_on: terminatedOn,
      ...(status === undefined ? {} : { status }),
      granted_quantity: grantedQuantity(inputs),
      ...vestedColumns(vested),
      vesting_inputs: eb('vesting_inputs', '+', 1),
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('id', '=', id)
    .returning(SHOWN)
    .executeTakeFirstOrThrow();
  if (grants.length === 0) return shown;
  const { setGrants } = await import('./grants/grant-state.repository.ts');
  await setGrants(tx, id, grants, vested.grants);
  return found(await findShownPlan(tx, id));
}
