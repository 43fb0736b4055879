import { asOwner } from './as-owner.ts';
import type { DatabaseConnection } from './postgres/postgres.ts';

/** Returns the number of the newest transaction that has begun. */
export async function lastTransaction(database: DatabaseConnection): Promise<string> {
  return asOwner(database, async (client) => {
    const { rows } = await client.query<{ xact: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as xact',
    );
    return rows[0]?.xact ?? '0';
  });
}

/** Counts the entries of the audit trail since a transaction, by action, the most frequent first. */
export async function changesSince(
  database: DatabaseConnection,
  xact: string,
): Promise<Record<string, number>> {
  return asOwner(database, async (client) => {
    const { rows } = await client.query<{ action: string; entries: number }>(
      `select action, count(*)::integer as entries from vestry.audit_log where xact >= $1::text::xid8
       group by action order by entries desc, action`,
      [xact],
    );
    return Object.fromEntries(rows.map(({ action, entries }) => [action, entries]));
  });
}
