import { type RawBuilder, sql } from 'kysely';
import type { SystemTx } from '#platform/db/system-tx.ts';

/** Every transaction below it has ended: no entry of a lower number can appear any more, however late it commits. */
const HORIZON = sql<string>`pg_snapshot_xmin(pg_current_snapshot())`;

/** Entries of transactions from the first number up to, and without, the second, which all have ended. */
export interface SettledRange {
  readonly from: string;
  readonly to: string;
}

/** Some entries of a tenant in a range: the newest of their transactions, and the ids between which they are. */
export interface Activity {
  readonly tenant_id: string;
  readonly last_xact: string;
  readonly first_id: string;
  readonly last_id: string;
}

export interface Settled {
  readonly to: string;
  readonly hasEntries: boolean;
  /** Whether there are settled entries beyond. */
  readonly hasMore: boolean;
}

/**
 * Returns the horizon, or a number before it, so that no more than `most` entries are read at once, and whether there are entries
 * up to it. Never between entries of one number.
 */
export async function settledUpTo(tx: SystemTx, from: string, most: number): Promise<Settled> {
  const { rows } = await sql<{
    horizon: string;
    cut: string | null;
    next: string | null;
    has_entries: boolean;
  }>`
    select ${HORIZON} as horizon,
      (select xact from audit_log where xact >= ${from}::xid8 and xact < ${HORIZON} order by xact
        offset ${most} limit 1) as cut,
      (select xact from audit_log where xact > ${from}::xid8 and xact < ${HORIZON} order by xact limit 1) as next,
      exists (select from audit_log where xact >= ${from}::xid8 and xact < ${HORIZON}) as has_entries`.execute(
    tx,
  );
  const [found = { horizon: '0', cut: null, next: null, has_entries: false }] = rows;
  const { horizon, cut, next, has_entries: hasEntries } = found;
  if (BigInt(horizon) < BigInt(from))
    throw new Error(
      `transactions are numbered from ${horizon} again, and ${from} was exported: see the runbook of restores`,
    );
  if (cut === null) return { to: horizon, hasEntries, hasMore: false };
  return { to: cut === from ? (next ?? horizon) : cut, hasEntries, hasMore: true };
}

/** Lists the tenants that have entries of a kind in a range. */
export async function listActivity(
  tx: SystemTx,
  { from, to }: SettledRange,
  isOfKind: RawBuilder<unknown>,
): Promise<Activity[]> {
  const { rows } = await sql<Activity>`
    select tenant_id, max(xact) as last_xact, min(id::text) as first_id, max(id::text) as last_id
    from audit_log where xact >= ${from}::xid8 and xact < ${to}::xid8 and ${isOfKind} group by tenant_id`.execute(
    tx,
  );
  return rows;
}
