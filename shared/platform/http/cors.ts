import { ACCEPTED_HEADERS, EXPOSED_HEADERS } from '#contracts/api-headers.ts';
import { isAllowed } from '#platform/allowed-origin.ts';
import * as environment from '#platform/environment.ts';

/** Browsers keep a preflight's answer no longer than two hours. */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Returns the headers that let a browser hand an answer to a page of another origin (the Fetch standard, CORS). Tokens travel in a
 * header that the page sets, so credentials of the browser are never allowed. Without configured origins there are none.
 */
export function corsHeaders(
  origin: string | undefined,
  allowed: readonly string[] = environment.corsOrigins(),
): Record<string, string> {
  if (allowed.length === 0) return {};
  if (origin === undefined || !isAllowed(origin, allowed)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
  };
}

/** Returns the headers that answer a preflight for a path with these methods; none for an origin that isn't allowed. */
export function preflightHeaders(
  origin: string | undefined,
  methods: readonly string[],
  allowed: readonly string[] = environment.corsOrigins(),
): Record<string, string> {
  if (origin === undefined || !isAllowed(origin, allowed)) return {};
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': ACCEPTED_HEADERS.join(', '),
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  };
}
