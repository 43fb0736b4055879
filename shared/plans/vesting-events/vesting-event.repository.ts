import { sql } from 'kysely';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

export interface AwaitedEvent {
  readonly occurred_on: string | null;
  /** The plans whose grants wait for it, and the shares that time had vested when each was last computed. */
  readonly plans: number;
  readonly shares: string;
}

/** Finds an event that a schedule of the tenant has named. */
export async function findEvent(read: TenantRead, event: string): Promise<AwaitedEvent | undefined> {
  const { rows } = await sql<AwaitedEvent>`
    select e.occurred_on, count(p.id)::integer as plans, trim_scale(coalesce(sum(p.awaiting_quantity), 0))::text as shares
    from vesting_events e left join plans p on p.vesting_schedule #>> '{condition,event}' = e.event
    where e.event = ${event} group by e.occurred_on`.execute(read);
  return rows[0];
}

export interface EventRecord {
  readonly event: string;
  /** Null: it did not happen after all. */
  readonly occurred_on: string | null;
  /** The day that is on record. */
  readonly replaces: string | null;
}

/**
 * Puts the day of an event on record for every plan whose grant waits for it. What time has vested in a plan, as of the day by which it was computed, is
 * vested if the event has happened by then, and waits if it has not; the vesting job finds a plan to be due whose event comes after that day.
 * @returns whether what it replaces was on record
 */
export async function setEvent(
  tx: TenantTx,
  { event, occurred_on, replaces }: EventRecord,
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    update vesting_events set occurred_on = ${occurred_on}::date
    where event = ${event} and occurred_on is not distinct from ${replaces}::date`.execute(tx);
  if (numAffectedRows === 0n) return false;
  await sql`
    update plans set event_on = ${occurred_on}::date,
      vested_quantity = case when vested_as_of >= ${occurred_on}::date then vested_quantity + awaiting_quantity else 0 end,
      awaiting_quantity = case when vested_as_of >= ${occurred_on}::date then 0 else vested_quantity + awaiting_quantity end,
      vesting_inputs = vesting_inputs + 1, version = version + 1, updated_at = now()
    where vesting_schedule #>> '{condition,event}' = ${event}`.execute(tx);
  return true;
}
