import { sql } from 'kysely';

/**
 * The present instant, by the clock that people's terms are reckoned by: days, the hours of a meeting, the time for which an account
 * cools off. It is the database's, as of the transaction's beginning, and on a local platform the one that `advance` moves; a tenant
 * of a sandbox may have moved its own ahead of it. Technical instants (tokens, signatures, the expiry of stored answers) keep to the machine's.
 */
export const PRESENT_INSTANT = sql<Date>`present_instant()`;

/** A row with terms, and the instant at which it was read. */
export interface Seen {
  readonly seen_at: Date;
}

/** Reads the instant with a row, so that its state needs no second query and no clock of the function's own. */
export const SEEN_AT = PRESENT_INSTANT.as('seen_at');
