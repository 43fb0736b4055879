import { sql } from 'kysely';
import type { Day } from '#kernel/calendar.ts';
import { invalidField } from '#kernel/domain-error.ts';
import { PRESENT_INSTANT } from './present-instant.ts';
import type { TenantRead } from './tenant-tx.ts';

/** Returns the seconds until a day begins in the tenant's time zone; none once it has. */
export async function secondsUntil(read: TenantRead, day: string): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`select greatest(0, ceil(extract(epoch from
    (${day}::date::timestamp at time zone (select time_zone from tenant_directory where id = current_tenant())) - present_instant())))::integer as seconds`.execute(
    read,
  );
  return rows[0]?.seconds ?? 0;
}

/** Returns the present instant by the tenant's clock, see `PRESENT_INSTANT`. */
export async function presentInstant(read: TenantRead): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`select ${PRESENT_INSTANT} as at`.execute(read);
  if (rows[0] === undefined) throw new Error('the database knows no instant');
  return rows[0].at;
}

/** Returns the day that it is in the tenant's time zone, by the database: see `migrations/functions/today.sql`. */
export async function todayOf(read: TenantRead): Promise<Day> {
  const { rows } = await sql<{ today: Day }>`select today()::text as today`.execute(read);
  if (rows[0] === undefined) throw new Error('the database knows no day');
  return rows[0].today;
}

/** Returns the day that it is in the tenant's time zone at an instant. */
export async function dayAt(read: TenantRead, instant: string): Promise<Day> {
  const { rows } = await sql<{
    day: Day;
  }>`select (${instant}::timestamptz at time zone time_zone)::date::text as day
    from tenant_directory where id = current_tenant()`.execute(read);
  if (rows[0] === undefined) throw new Error('the tenant has no time zone');
  return rows[0].day;
}

/** @throws DomainError `validation-failed` for a day that hasn't begun in the tenant's time zone */
export async function refuseAfterToday(read: TenantRead, day: string | undefined): Promise<void> {
  if (day !== undefined && day > (await todayOf(read)))
    throw invalidField(
      '/effective_date',
      'future-date',
      'must not be after today, in the tenant’s time zone',
    );
}
