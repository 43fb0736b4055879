import { type RawBuilder, sql } from 'kysely';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { payDividend } from './dividends.jobs.ts';

/** A chunk that is open for so long has no message any more that could finish it: its message has waited and is given up. */
const LOST_AFTER_HOURS = payDividend.retryForHours + 1;
/** A chunk that has failed for itself is tried again after so long: its cause may be repaired, and its dead letter isn't kept for ever. */
const FAILED_AGAIN_AFTER_HOURS = 24;

/** A range of holders, both ends in it. */
export interface HolderRange {
  readonly first: string;
  readonly last: string;
}

/** A range of holders of one dividend: one message. */
export interface Chunk extends HolderRange {
  readonly dividendId: string;
}

export type ChunkState = 'QUEUED' | 'DONE' | 'FAILED' | 'VOIDING' | 'VOID';

/**
 * The number of open chunks that {@link lockChunk} counts at most. It exceeds the number of workers that can finish a
 * dividend together.
 */
export const COUNTED_CHUNKS = 64;

export interface LockedChunk {
  readonly chunk_state: ChunkState;
  readonly dividend_state: string;
  readonly currency: string;
  /** The creator of the dividend. */
  readonly created_by: string | null;
  /** Chunks of the dividend that aren't done, this one among them, up to {@link COUNTED_CHUNKS}. */
  readonly open: bigint;
}

/**
 * Locks the dividend's state and then the chunk, in the same order as a cancellation: it waits for workers under way,
 * and workers after it see it. Two deliveries of a message wait for each other.
 */
export async function lockChunk(
  tx: TenantTx,
  { dividendId, first, last }: Chunk,
): Promise<LockedChunk | undefined> {
  const { rows } =
    await sql<LockedChunk>`select c.state as chunk_state, d.state as dividend_state, d.currency, d.created_by,
      (select count(*) from (select from dividend_chunks o
        where o.dividend_id = ${dividendId}::uuid and o.state in ('QUEUED', 'FAILED', 'VOIDING') limit ${sql.lit(COUNTED_CHUNKS)}) as counted) as open
    from dividends d join dividend_chunks c on c.tenant_id = d.tenant_id and c.dividend_id = d.id
    where c.dividend_id = ${dividendId}::uuid and c.first_shareholder_id = ${first}::uuid and c.last_shareholder_id = ${last}::uuid
    for share of d for update of c`.execute(tx);
  return rows[0];
}

export async function setChunkState(tx: TenantTx, chunk: Chunk, state: ChunkState): Promise<void> {
  await tx
    .updateTable('dividend_chunks')
    .set({ state })
    .where('dividend_id', '=', chunk.dividendId)
    .where('first_shareholder_id', '=', chunk.first)
    .where('last_shareholder_id', '=', chunk.last)
    .execute();
}

/** Gives holders chunks of their own. */
export async function insertHolderChunks(
  tx: TenantTx,
  dividendId: string,
  holders: readonly string[],
): Promise<void> {
  await tx
    .insertInto('dividend_chunks')
    .values(
      holders.map((holder) => ({
        dividend_id: dividendId,
        first_shareholder_id: holder,
        last_shareholder_id: holder,
        holders: 1,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Returns the condition for chunks that have no message, as far as is known at an instant. @param chunks the table or its alias */
export function isUnsent(chunks: string, at: Date): RawBuilder<boolean> {
  const [state, enqueuedAt] = [sql.ref(`${chunks}.state`), sql.ref(`${chunks}.enqueued_at`)];
  const before = (hours: number) => sql`${at}::timestamptz - make_interval(hours => ${sql.lit(hours)})`;
  return sql<boolean>`(${state} in ('QUEUED', 'VOIDING') and (${enqueuedAt} is null or ${enqueuedAt} < ${before(LOST_AFTER_HOURS)})
    or ${state} = 'FAILED' and ${enqueuedAt} < ${before(FAILED_AGAIN_AFTER_HOURS)})`;
}

/** Chunks whose message isn't known to be on the queue, or must have left it undone, in order. */
export async function listUnsent(
  read: TenantRead,
  dividendId: string,
  at: Date,
  limit: number,
): Promise<Chunk[]> {
  const rows = await read
    .selectFrom('dividend_chunks')
    .select(['first_shareholder_id', 'last_shareholder_id'])
    .where('dividend_id', '=', dividendId)
    .where(isUnsent('dividend_chunks', at))
    .orderBy('first_shareholder_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    dividendId,
    first: row.first_shareholder_id,
    last: row.last_shareholder_id,
  }));
}

/** Marks all chunks of a cancelled dividend: every chunk may have payments to void, or void ones. */
export async function setAllChunks(
  tx: TenantTx,
  dividendId: string,
  state: 'VOIDING' | 'VOID',
): Promise<void> {
  await tx
    .updateTable('dividend_chunks')
    .set({ state, enqueued_at: null })
    .where('dividend_id', '=', dividendId)
    .execute();
}

/** Whether a dividend has chunks that aren't done. */
export async function hasOpenChunks(read: TenantRead, dividendId: string): Promise<boolean> {
  const open = await read
    .selectFrom('dividend_chunks')
    .select('first_shareholder_id')
    .where('dividend_id', '=', dividendId)
    .where('state', 'in', ['QUEUED', 'FAILED', 'VOIDING'])
    .limit(1)
    .executeTakeFirst();
  return open !== undefined;
}
