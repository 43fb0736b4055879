import { sql } from 'kysely';
import type * as z from 'zod';
import { found } from '#platform/db/found.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Clock } from './clock.routes.ts';

interface ClockRow {
  readonly now: Date;
  readonly today: string;
  readonly time_zone: string;
  readonly ahead_seconds: number;
}

export function toClock({ now, ...rest }: ClockRow): z.infer<typeof Clock> {
  return { now: now.toISOString(), ...rest };
}

export async function readClock(read: TenantRead): Promise<ClockRow> {
  const { rows } = await sql<ClockRow>`
    select present_instant() as now, today()::text as today, time_zone, extract(epoch from clock_ahead)::integer as ahead_seconds
    from tenants where id = current_tenant()`.execute(read);
  return found(rows[0]);
}

/** A move of the clock, in whole seconds: `at` is where it goes, `by` is how far that is, and `ahead` how far it is ahead of the platform’s then. */
export interface Move {
  readonly at: Date;
  readonly by: number;
  readonly ahead: number;
}

/** Holds the clock, and returns how far it would go: to an instant, or the beginning of a day in the tenant’s time zone. */
export async function planMove(tx: TenantTx, to: string): Promise<Move> {
  const { rows } = await sql<Move>`
    select m.at, ceil(extract(epoch from m.at - present_instant()))::float8 as by,
      ceil(extract(epoch from m.at - present_instant() + t.clock_ahead))::float8 as ahead
    from tenants t cross join lateral (
      select case when length(${to}) = 10 then ${to}::timestamp at time zone t.time_zone else ${to}::timestamptz end as at) m
    where t.id = current_tenant() for update of t`.execute(tx);
  return found(rows[0]);
}

/** Moves the clock, from the next transaction on. Returns it as it will be. */
export async function setClockAhead(tx: TenantTx, { by, ahead }: Move): Promise<ClockRow> {
  const { rows } = await sql<ClockRow>`
    update tenants set clock_ahead = make_interval(secs => ${ahead}), version = version + 1, updated_at = now()
    where id = current_tenant()
    returning present_instant() + make_interval(secs => ${by}) as now,
      ((present_instant() + make_interval(secs => ${by})) at time zone time_zone)::date::text as today,
      time_zone, ${ahead}::integer as ahead_seconds`.execute(tx);
  return found(rows[0]);
}
