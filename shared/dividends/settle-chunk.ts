import type { AuditAction } from '#contracts/audit-actions.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { type Actor, type AuditEntry, tenantRead, tenantTx } from '#platform/db/tenant-tx.ts';
import { publishCommitted } from '#platform/events/publish-committed.ts';
import type { Delivery } from '#platform/queue/consumer.ts';
import { completeDividend } from './complete-dividend.ts';
import {
  type Chunk,
  COUNTED_CHUNKS,
  type HolderRange,
  insertHolderChunks,
  type LockedChunk,
  lockChunk,
  setChunkState,
} from './dividend-chunk.repository.ts';
import { sendUnsent } from './enqueue-chunks.ts';
import {
  emitPaid,
  emitVoided,
  insertChunkPayments,
  insertLeftPayments,
  listHolders,
  voidPayments,
} from './payment.repository.ts';

type IsFinal = Delivery<unknown>['isFinal'];

/** More failing holders than that in one chunk are not their own fault: the chunk is tried again as a whole. */
const MOST_ISOLATED = 50;

/**
 * Processes a chunk: writes its transactions, or voids them if the dividend is cancelled. Repeating it changes
 * nothing. If the chunk fails, it is bisected down to the failing holders: the others are written, and each of these
 * becomes a message of its own.
 * @throws the database's error for a chunk of one holder, or of one in which too many fail
 */
export async function settleChunk(actor: Actor, chunk: Chunk, isFinal: IsFinal): Promise<void> {
  let locked: LockedChunk;
  try {
    locked = await payAll(actor, chunk);
  } catch (error) {
    // Refusals concern the database or the tenant, not a holder.
    if (error instanceof DomainError) throw error;
    locked = await isolate(actor, chunk, error, isFinal);
  }
  if (locked.dividend_state === 'SNAPSHOT' && locked.open < COUNTED_CHUNKS)
    await completeDividend(actor, chunk.dividendId);
}

async function payAll(actor: Actor, chunk: Chunk): Promise<LockedChunk> {
  let locked: LockedChunk | undefined;
  const { events } = await tenantTx(
    actor,
    async (tx) => {
      locked = await lockChunk(tx, chunk);
      if (locked === undefined) return noEffect();
      const { currency } = locked;
      if (locked.chunk_state === 'VOIDING') {
        const voided = await voidPayments(tx, chunk);
        emitVoided(tx, voided, { dividendId: chunk.dividendId, currency });
        await setChunkState(tx, chunk, 'VOID');
        return voided.length;
      }
      if (!isPayable(locked)) return noEffect();
      const paid = await insertChunkPayments(tx, chunk, locked);
      if (paid > 0) emitPaid(tx, chunk.dividendId, chunk);
      return paid;
    },
    {
      audit: (count) => {
        const action = locked?.chunk_state === 'VOIDING' ? 'dividend.lines-voided' : 'dividend.lines-written';
        return entry(chunk, action, { ...chunk, count });
      },
    },
  );
  // The relay publishes the events of a large run, because the workers still have payments to write.
  if ((locked?.open ?? 0n) < COUNTED_CHUNKS) await publishCommitted(events);
  return (
    locked ?? { chunk_state: 'DONE', dividend_state: 'CANCELLED', currency: '', created_by: null, open: 0n }
  );
}

const isPayable = ({ chunk_state, dividend_state }: LockedChunk) =>
  dividend_state === 'SNAPSHOT' && (chunk_state === 'QUEUED' || chunk_state === 'FAILED');

function entry(chunk: Chunk, action: AuditAction, payload: unknown): AuditEntry {
  return { action, resource: `dividends/${chunk.dividendId}`, payload };
}

/** Writes everyone in the chunk but those who fail. */
async function isolate(actor: Actor, chunk: Chunk, cause: unknown, isFinal: IsFinal): Promise<LockedChunk> {
  const holders = await tenantRead(actor.tenantId, (read) => listHolders(read, chunk));
  const failing = await failingOf(actor, chunk, holders);
  if (holders.length <= 1 && failing.length > 0) {
    if (isFinal(cause))
      await changeChunk(actor, chunk, (tx) => setChunkState(tx, chunk, 'FAILED'), 'dividend.lines-failed', {
        failed: chunk.first,
      });
    throw cause;
  }
  const locked = await changeChunk(
    actor,
    chunk,
    async (tx) => {
      if (failing.length > 0) await insertHolderChunks(tx, chunk.dividendId, failing);
      await setChunkState(tx, chunk, 'DONE');
    },
    'dividend.lines-isolated',
    { ...chunk, isolated: failing },
  );
  if (failing.length > 0) await sendUnsent(actor, chunk.dividendId);
  return locked;
}

/** The holders that can't be written, found by halves. Those of a half that can, are. */
async function failingOf(actor: Actor, chunk: Chunk, holders: readonly string[]): Promise<string[]> {
  const [first, last] = [holders[0], holders.at(-1)];
  if (first === undefined || last === undefined) return [];
  try {
    await payPart(actor, chunk, { first, last });
    return [];
  } catch (error) {
    if (error instanceof DomainError) throw error;
    if (holders.length === 1) return [first];
    const middle = Math.ceil(holders.length / 2);
    const left = await failingOf(actor, chunk, holders.slice(0, middle));
    const right = await failingOf(actor, chunk, holders.slice(middle));
    if (left.length + right.length > MOST_ISOLATED) throw error;
    return [...left, ...right];
  }
}

async function payPart(actor: Actor, chunk: Chunk, part: HolderRange): Promise<void> {
  const { events } = await tenantTx(
    actor,
    async (tx) => {
      const locked = await lockChunk(tx, chunk);
      if (locked === undefined || !isPayable(locked)) return noEffect();
      const { dividendId } = chunk;
      const paid = await insertLeftPayments(tx, dividendId, part, locked);
      // An earlier attempt has paid them; without this, repeating it would still write an audit entry.
      if (paid === 0) return noEffect();
      emitPaid(tx, dividendId, part);
      return paid;
    },
    { audit: (count) => entry(chunk, 'dividend.lines-written', { ...part, count }) },
  );
  await publishCommitted(events);
}

async function changeChunk(
  actor: Actor,
  chunk: Chunk,
  change: (tx: Parameters<typeof lockChunk>[0]) => Promise<void>,
  action: AuditAction,
  payload: unknown,
): Promise<LockedChunk> {
  const { result } = await tenantTx(
    actor,
    async (tx) => {
      const locked = await lockChunk(tx, chunk);
      if (locked === undefined) throw new Error(`dividend ${chunk.dividendId} has no such chunk`);
      if (!isPayable(locked)) return noEffect(locked);
      await change(tx);
      return locked;
    },
    { audit: () => entry(chunk, action, payload) },
  );
  return result;
}
