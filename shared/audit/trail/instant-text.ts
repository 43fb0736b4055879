import { sql } from 'kysely';

/** An instant of a column as RFC 3339 writes it. */
export const instantText = (column: string) =>
  sql<string>`to_char(${sql.raw(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
