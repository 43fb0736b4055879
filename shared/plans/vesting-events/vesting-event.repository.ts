import { sql } from 'kysely';
import type { z } from 'zod';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { VestingEvent } from './vesting-events.routes.ts';

export interface AwaitedEvent {
  readonly occurred_on: string | null;
  /** The plans whose grants wait for it, and the shares that time had vested when each was last computed. */
  readonly plans: number;
  readonly shares: string;
}

const AWAITED = sql`e.occurred_on, count(distinct g.plan_id)::integer as plans, trim_scale(coalesce(sum(g.awaiting_quantity), 0))::text as shares`;
const WITH_GRANTS = sql`vesting_events e left join grants g on g.vesting_schedule #>> '{condition,event}' = e.event`;

/** Finds an event that a schedule of the tenant has named. */
export async function findEvent(read: TenantRead, event: string): Promise<AwaitedEvent | undefined> {
  const { rows } = await sql<AwaitedEvent>`
    select ${AWAITED} from ${WITH_GRANTS} where e.event = ${event} group by e.occurred_on`.execute(read);
  return rows[0];
}

export type ListedEvent = AwaitedEvent & { readonly event: string };

/** Lists events by name. */
export async function listEvents(read: TenantRead, { limit, cursor }: PageRequest): Promise<ListedEvent[]> {
  const after = cursor === undefined ? sql`` : sql`where e.event > ${decodeCursor(cursor, ['text'])[0]}`;
  const { rows } = await sql<ListedEvent>`
    select e.event, ${AWAITED} from ${WITH_GRANTS} ${after} group by e.event, e.occurred_on order by e.event limit ${limit + 1}`.execute(
    read,
  );
  return rows;
}

export function toVestingEvent({
  event,
  occurred_on,
  plans,
  shares,
}: ListedEvent): z.input<typeof VestingEvent> {
  return { event, occurred_on, plans, awaiting_event: shares };
}

export interface EventRecord {
  readonly event: string;
  /** Null: it did not happen after all. */
  readonly occurred_on: string | null;
  /** The day that is on record. */
  readonly replaces: string | null;
}

const WAITS_FOR = (event: string) => sql`vesting_schedule #>> '{condition,event}' = ${event}`;

/**
 * Puts the day of an event on record for every grant that waits for it. What time has vested of a grant, as of the day by which its plan was computed, is
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
  // Whoever changes a plan and its grants takes the plan first.
  await sql`
    select from plans where id in (select plan_id from grants where ${WAITS_FOR(event)}) order by id for no key update`.execute(
    tx,
  );
  await sql`
    update grants g set event_on = ${occurred_on}::date,
      vested_quantity = case when p.vested_as_of >= ${occurred_on}::date then g.vested_quantity + g.awaiting_quantity else 0 end,
      awaiting_quantity = case when p.vested_as_of >= ${occurred_on}::date then 0 else g.vested_quantity + g.awaiting_quantity end
    from plans p where p.id = g.plan_id and g.${WAITS_FOR(event)}`.execute(tx);
  await sql`
    update plans p set vested_quantity = s.vested, awaiting_quantity = s.awaiting,
      vesting_inputs = p.vesting_inputs + 1, version = p.version + 1, updated_at = now()
    from (
      select plan_id, sum(vested_quantity) as vested, sum(awaiting_quantity) as awaiting from grants
      where plan_id in (select plan_id from grants where ${WAITS_FOR(event)}) group by plan_id) as s
    where p.id = s.plan_id`.execute(tx);
  return true;
}
