import * as environment from './environment.ts';

/**
 * Returns the present instant, by the clock that people's terms are reckoned by: days, the hours of a meeting, the time for which an
 * account cools off. It is the machine's, and on a local platform the one that `advance` moves. Technical instants (tokens, signatures,
 * the expiry of stored answers) keep to the machine's.
 */
export function now(): Date {
  return new Date(Date.now() + environment.clockAheadMs());
}
