import { noEffect } from '#platform/db/no-effect.ts';
import { type Actor, tenantRead, tenantTx } from '#platform/db/tenant-tx.ts';
import { ROWS_PER_CHUNK } from '#platform/queue/chunk.ts';
import { settledInstant } from '#register/settled-instant.ts';
import { applyDueSplits } from '#register/splits/apply-splits.ts';
import { closeDividend, completeDividend } from './complete-dividend.ts';
import { findDividend, takeSnapshot } from './dividend.repository.ts';
import type { DividendState } from './dividend-state.ts';
import { sendUnsent } from './enqueue-chunks.ts';

/**
 * Takes a dividend on from wherever it is: DECLARED to its snapshot, SNAPSHOT and CANCELLED to messages for what is open,
 * PENDING and PAYING to PAID when nothing is left to pay. Repeating it changes nothing.
 * @param closedOn a snapshot is taken when the record date is not after this day
 * @param at the instant as of which messages of chunks are counted as lost
 */
export async function runDividend(actor: Actor, id: string, closedOn: string, at?: Date): Promise<void> {
  const dividend = await tenantRead(actor.tenantId, (read) => findDividend(read, id));
  let state = dividend?.state;
  if (dividend === undefined) return;
  if (state === 'DECLARED') {
    if (dividend.record_date > closedOn) return;
    state = await freeze(actor, id);
  }
  if (state === 'SNAPSHOT' || state === 'CANCELLED') await sendUnsent(actor, id, at);
  // This completes the work of a worker that died after the last chunk.
  if (state === 'SNAPSHOT') await completeDividend(actor, id);
  if (state === 'PENDING' || state === 'PAYING') await closeDividend(actor, id);
}

async function freeze(actor: Actor, id: string): Promise<DividendState | undefined> {
  // A split of a day that has closed counts, also if its job comes later than this one.
  await applyDueSplits(actor);
  const knownAt = await settledInstant(actor.tenantId);
  const { result } = await tenantTx(
    actor,
    async (tx) => {
      const state = await takeSnapshot(tx, id, knownAt, ROWS_PER_CHUNK);
      return state ?? noEffect();
    },
    {
      audit: (state) => ({
        action: 'dividend.snapshot-taken',
        resource: `dividends/${id}`,
        payload: { state, positions_known_at: knownAt },
      }),
    },
  );
  return result;
}
