import * as environment from './environment.ts';

/**
 * Returns the present instant of the platform as a whole: the machine's, and on a local platform the one that `advance` moves. The
 * terms of a tenant are reckoned by `PRESENT_INSTANT`.
 */
export function now(): Date {
  return new Date(Date.now() + environment.clockAheadMs());
}
