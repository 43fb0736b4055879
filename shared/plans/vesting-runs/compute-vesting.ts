import { toVestingInputs } from '#plans/plan.repository.ts';
import * as jobs from '#plans/plans.jobs.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { type Actor, tenantRead, tenantTx } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import { ROWS_PER_CHUNK } from '#platform/queue/chunk.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { vestedState } from './vested-state.ts';
import {
  type ComputedPlan,
  type DuePlan,
  forfeitHeld,
  listDuePlans,
  setVested,
} from './vesting.repository.ts';
import type { VestingChunk } from './vesting-chunk.ts';

/**
 * Sets what has vested in a range of plans as of a day. Plans that are already as far are left unchanged, so that a
 * message may come twice, late, or before an earlier one. Vesting accrues by contract, so employees of a suspended
 * sponsor get it too. Ends that have come are settled, and what ended plans have held for long enough is forfeited.
 * @throws Error after all other plans are done, if some can't be computed
 */
export async function computeVesting(chunk: VestingChunk, requestId: string): Promise<{ computed: number }> {
  const actor = systemActor(chunk.tenant_id, requestId, jobs.computeVesting);
  const failed = new Set<string>();
  let computed = 0;
  for (;;) {
    // A range may have grown since it was made. A plan whose vesting is stored is no longer due. Plans that changed meanwhile are still due, and are found
    // again.
    const due = await tenantRead(chunk.tenant_id, (read) =>
      listDuePlans(read, chunk, ROWS_PER_CHUNK + failed.size),
    );
    const results = compute(due, chunk.as_of, failed);
    if (results.length === 0) break;
    computed += await store(actor, chunk, results);
  }
  await forfeit(actor, chunk);
  if (failed.size > 0) throw new Error(`vesting of ${failed.size} plans could not be computed`);
  return { computed };
}

function compute(due: readonly DuePlan[], asOf: string, failed: Set<string>): ComputedPlan[] {
  return due
    .filter(({ id }) => !failed.has(id))
    .flatMap((plan) => {
      try {
        return [
          { id: plan.id, inputs: plan.vesting_inputs, state: vestedState(toVestingInputs(plan), asOf) },
        ];
      } catch (error) {
        failed.add(plan.id);
        logger.error('vesting of a plan could not be computed', { plan_id: plan.id, error: error as Error });
        return [];
      }
    });
}

/** Unvested money of ended plans whose time is over goes to the forfeiture account. */
async function forfeit(actor: Actor, chunk: VestingChunk): Promise<void> {
  await tenantTx(actor, async (tx) => (await forfeitHeld(tx, chunk)) || noEffect(0), {
    audit: (plans) => ({
      action: 'plan.forfeited',
      resource: `vesting/${chunk.as_of}`,
      payload: { from: chunk.from, before: chunk.before, plans },
    }),
  });
}

async function store(actor: Actor, chunk: VestingChunk, plans: readonly ComputedPlan[]): Promise<number> {
  const { result } = await tenantTx(
    actor,
    async (tx) => (await setVested(tx, chunk.as_of, plans)) || noEffect(0),
    {
      audit: (stored) => ({
        action: 'vesting.computed',
        resource: `vesting/${chunk.as_of}`,
        payload: { from: chunk.from, before: chunk.before, plans: stored },
      }),
    },
  );
  return result;
}
