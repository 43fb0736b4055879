import { sql } from 'kysely';
import type { Day } from '#kernel/calendar.ts';
import type { TenantRead } from './tenant-tx.ts';

/** Returns the day that it is in the tenant's time zone, by the database: see `migrations/functions/today.sql`. */
export async function todayOf(read: TenantRead): Promise<Day> {
  const { rows } = await sql<{ today: Day }>`select today()::text as today`.execute(read);
  if (rows[0] === undefined) throw new Error('the database knows no day');
  return rows[0].today;
}
