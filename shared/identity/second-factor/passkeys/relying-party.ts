import { isAllowed } from '#platform/allowed-origin.ts';
import * as environment from '#platform/environment.ts';

const LOCAL = 'localhost';

/** Returns the domain for which passkeys are made: the environment's own, or this machine's where it has none. */
export function relyingPartyId(): string {
  return environment.publicDomain() ?? LOCAL;
}

/** Tells whether a page may ask for passkeys: one of the domain itself, or of an application that may call the API from below it. */
export function isOurPage(origin: string): boolean {
  const domain = relyingPartyId();
  const host = URL.parse(origin)?.hostname;
  if (host === undefined || (host !== domain && !host.endsWith(`.${domain}`))) return false;
  return origin === `https://${domain}` || isAllowed(origin, environment.corsOrigins());
}
