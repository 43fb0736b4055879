import { toVestingInputs } from '#plans/plan.repository.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { ROWS_PER_CHUNK } from '#platform/queue/chunk.ts';
import { vestedState } from './vested-state.ts';
import { listUnvested, setVested } from './vesting.repository.ts';

/** Stores what the RSU plans of the tenant, or some of them, have vested by the end of a day: the job does it once a month. */
export async function vestThrough(
  tx: TenantTx,
  day: string,
  plans: readonly string[] | undefined,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const page = await listUnvested(tx, day, { plans, after, limit: ROWS_PER_CHUNK });
    const grown = page
      .map((plan) => ({ plan, state: vestedState(toVestingInputs(plan), day) }))
      .filter(({ plan, state }) => state.quantity !== plan.vested);
    if (grown.length > 0)
      await setVested(
        tx,
        day,
        grown.map(({ plan, state }) => ({ id: plan.id, inputs: plan.vesting_inputs, state })),
      );
    after = page.at(-1)?.id;
    if (after === undefined || page.length < ROWS_PER_CHUNK) return;
  }
}
