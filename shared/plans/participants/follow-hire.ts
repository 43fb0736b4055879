import { toVestingInputs } from '#plans/plan.repository.ts';
import { setPlan } from '#plans/plan-state.repository.ts';
import { later, vestedState } from '#plans/vesting-runs/vested-state.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { lockPlansToFollow, setVestingStart } from './follow-hire.repository.ts';

/**
 * Lets the money in the active plans of some employees vest from the hire on that the census has now, which is another day than before.
 * @returns the number of plans
 * @throws DomainError `vested-balance-exceeded` when more was paid out than has vested by then
 */
export async function followHire(tx: TenantTx, employees: readonly string[], today: string): Promise<number> {
  const plans = await lockPlansToFollow(tx, employees);
  for (const { start, ...plan } of plans) {
    const inputs = { ...toVestingInputs(plan), vestingStart: start };
    await setVestingStart(tx, plan.id, start);
    await setPlan(tx, plan.id, inputs, vestedState(inputs, later(plan.vested_as_of, today)));
  }
  return plans.length;
}
