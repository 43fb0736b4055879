import { sql } from 'kysely';
import type { SerializableTx } from '#platform/db/tenant-tx.ts';

/**
 * Returns the day of an event that a grant waits for, if it is on record. The row of the event is locked: whoever records it waits for this
 * transaction, and then sees its grant.
 */
export async function eventDay(tx: SerializableTx, event: string): Promise<string | undefined> {
  await sql`insert into vesting_events (event) values (${event}) on conflict do nothing`.execute(tx);
  const { rows } = await sql<{ occurred_on: string | null }>`
    select occurred_on from vesting_events where event = ${event} for share`.execute(tx);
  return rows[0]?.occurred_on ?? undefined;
}
