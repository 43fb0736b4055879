import { type Reply, reply } from '#platform/http/reply.ts';
import { refusedToken } from './session.ts';
import { SESSION_HOURS } from './sign-in-limits.ts';

/** The prefix keeps other hosts and paths from setting it: browsers take it over TLS only, and from localhost. */
const NAME = '__Host-vestry-session';
/** No page of another site sends it, not even by a link. */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const HOUR_SECONDS = 3_600;

/** A request may ask for its session to be kept in a cookie. */
type Kept = 'cookie' | undefined;

type Without<A> = A extends { readonly refresh_token: string } ? Omit<A, 'refresh_token'> : A;

/** Moves the refresh token of an answer into a cookie, which no script of a page can read. */
export function keptAs<A extends object>(session: Kept, answer: A): A | Reply<Without<A>> {
  if (session === undefined || !('refresh_token' in answer)) return answer;
  const { refresh_token, ...rest } = answer;
  return reply(rest as Without<A>, {
    headers: {
      'set-cookie': `${NAME}=${refresh_token}; Max-Age=${SESSION_HOURS * HOUR_SECONDS}; ${ATTRIBUTES}`,
    },
  });
}

/** Takes the cookie from the browser: its session is over. */
export const ENDED_COOKIE = `${NAME}=; Max-Age=0; ${ATTRIBUTES}`;

/**
 * Returns the refresh token of a request, from its body or from the cookie.
 * @throws DomainError `invalid-refresh-token` where the browser has no cookie
 */
export function refreshTokenOf(
  body: { readonly refresh_token?: string | undefined },
  headers: ReadonlyMap<string, readonly string[]>,
): string {
  const token = body.refresh_token ?? cookieOf(headers);
  if (token === undefined) throw refusedToken();
  return token;
}

function cookieOf(headers: ReadonlyMap<string, readonly string[]>): string | undefined {
  const pairs = (headers.get('cookie') ?? []).flatMap((header) => header.split(';'));
  const sent = pairs.map((pair) => pair.trim()).find((pair) => pair.startsWith(`${NAME}=`));
  return sent?.slice(NAME.length + 1);
}

/**
 * Keeps a session that somebody has signed in to as {@link keptAs} does, and ends the one that the browser has kept until now: whoever
 * has a copy of its token could go on with it, and its user couldn't end it (ASVS 5.0, 7.2.4).
 */
export async function keptInstead<A extends object>(
  { body, headers, requestId }: SignIn,
  answer: A,
): Promise<A | Reply<Without<A>>> {
  const earlier = cookieOf(headers);
  if (body.session !== undefined && earlier !== undefined && hasToken(answer)) {
    const { endEarlier } = await import('./end-earlier.ts');
    await endEarlier(earlier, answer.refresh_token, requestId);
  }
  return keptAs(body.session, answer);
}

interface SignIn {
  readonly body: { readonly session?: Kept };
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly requestId: string;
}

const hasToken = (answer: object): answer is { readonly refresh_token: string } => 'refresh_token' in answer;
