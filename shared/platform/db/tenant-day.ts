import { type RawBuilder, sql } from 'kysely';

/**
 * The day that it is for a tenant at an instant of the platform's clock, in the tenant's time zone and by the tenant's own clock. For
 * statements over every tenant, with `tenant_directory` as `t`: those of one tenant ask `today()`.
 */
export function dayOfTenant(at: Date): RawBuilder<string> {
  return sql<string>`(((${at}::timestamptz + t.clock_ahead) at time zone t.time_zone)::date)`;
}

/** The instant of the platform's clock at which a day begins for the tenant `t`. */
export function beginningFor(day: RawBuilder<unknown>): RawBuilder<Date> {
  return sql<Date>`(${day}::timestamp at time zone t.time_zone - t.clock_ahead)`;
}

/** The day in UTC, by which files of banks are reckoned, that it is at an instant by the clock of the tenant `t`. */
export function fileDayOfTenant(at: Date): RawBuilder<string> {
  return sql<string>`(((${at}::timestamptz + t.clock_ahead) at time zone 'UTC')::date)`;
}
