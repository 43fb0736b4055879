import { createHash, randomBytes } from 'node:crypto';
import type { Sealer } from '#platform/sealing.ts';
import type { Binding } from './identity-provider.ts';

export type Purpose = 'SIGN_IN' | 'LINK' | 'TEST';

/**
 * A sign-in under way. The browser alone keeps it, sealed by us, in a cookie that no page can read: whoever hasn't begun a sign-in
 * can't finish it, and the platform stores nothing for those that nobody finishes.
 */
export interface Started extends Binding {
  readonly connectionId: string;
  readonly purpose: Purpose;
  /** The administrator who tests. */
  readonly startedBy: string | null;
  /** The application that gets the code; null where the callback shows it. */
  readonly returnTo: string | null;
  readonly codeChallenge: string | null;
  readonly expiresAtMs: number;
}

/** The value is bound to this place, so that a ticket of a test is no cookie. */
const COOKIE_PLACE = 'federated-sign-in';
const TICKET_PLACE = 'connection-test';
const SECRET_BYTES = 32;

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export interface BoundCookie {
  readonly name: string;
  readonly value: string;
}

/** Browsers take the prefix over TLS only; on this machine, without it, the cookie has no prefix either. */
const NAME = 'vestry-sso-';
const NAME_LENGTH = 12;

/** Each sign-in has a cookie of its own: those of other tabs go on. */
function nameOf(state: string, secure: boolean): string {
  return `${secure ? '__Host-' : ''}${NAME}${sha256(state).toString('hex').slice(0, NAME_LENGTH)}`;
}

/** The way in which a provider leads back to us. */
export interface Return {
  readonly secure: boolean;
  /** Whether the browser posts the answer from the provider's page (SAML), or is redirected. */
  readonly posted: boolean;
}

function attributes({ secure, posted }: Return): string {
  // Lax lets a navigation from another site bring the cookie. A form that another site posts brings it with None alone, which needs TLS; on
  // this machine all providers are of the same site.
  return `Path=/; HttpOnly; SameSite=${posted && secure ? 'None' : 'Lax'}${secure ? '; Secure' : ''}`;
}

export function bindingCookie(started: Started, sealer: Sealer, way: Return, seconds: number): string {
  const value = sealer.seal(JSON.stringify(started), COOKIE_PLACE);
  return `${nameOf(started.state, way.secure)}=${value}; Max-Age=${seconds}; ${attributes(way)}`;
}

/** Takes the cookie away from the browser: the sign-in is over. */
export function endedCookie(state: string, way: Return): string {
  return `${nameOf(state, way.secure)}=; Max-Age=0; ${attributes(way)}`;
}

/**
 * Finds the sign-in that this browser has begun.
 * @returns undefined for another browser, another connection, and after its time
 */
export function findStarted(
  cookies: readonly string[],
  { state, connectionId, secure }: { state: string; connectionId: string; secure: boolean },
  sealer: Sealer,
): Started | undefined {
  const name = nameOf(state, secure);
  const sealed = cookies
    .flatMap((header) => header.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  if (sealed.length !== 1) return undefined;
  const started = opened<Started>(sealed[0] ?? '', COOKIE_PLACE, sealer);
  return started?.state === state && started.connectionId === connectionId ? started : undefined;
}

function opened<T extends { readonly expiresAtMs: number }>(
  sealed: string,
  place: string,
  sealer: Sealer,
): T | undefined {
  let value: T;
  try {
    value = JSON.parse(sealer.open(sealed, place)) as T;
  } catch {
    return undefined;
  }
  return value.expiresAtMs > Date.now() ? value : undefined;
}

/** Leave to begin a test of a connection, which a browser without a token brings. */
export interface Ticket {
  readonly connectionId: string;
  readonly startedBy: string;
  readonly expiresAtMs: number;
}

export function sealTicket(ticket: Ticket, sealer: Sealer): string {
  return sealer.seal(JSON.stringify(ticket), TICKET_PLACE);
}

export function openTicket(sealed: string, connectionId: string, sealer: Sealer): Ticket | undefined {
  const ticket = opened<Ticket>(sealed, TICKET_PLACE, sealer);
  return ticket?.connectionId === connectionId ? ticket : undefined;
}
