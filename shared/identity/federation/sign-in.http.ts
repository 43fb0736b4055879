import { CONSOLE_PATH } from '#contracts/console.ts';
import { invalidField } from '#kernel/domain-error.ts';
import { isAllowed } from '#platform/allowed-origin.ts';
import * as environment from '#platform/environment.ts';
import type { HttpRequest } from '#platform/http/http.ts';
import { type Reply, reply } from '#platform/http/reply.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { bindingCookie, newSecret, openTicket, type Purpose, type Started } from './browser-binding.ts';
import { connectionInPath } from './connection-in-path.ts';
import { SIGN_IN_SECONDS, type startSignIn } from './federation.routes.ts';
import { namesOf } from './names.http.ts';
import { invalidAnswer, refusedSignIn } from './provider-errors.ts';
import { providerOf } from './providers.ts';

type Request = HttpRequest<typeof startSignIn>;

/** Sends a browser to the provider, with a cookie that only it has. Nothing is stored here. */
export async function beginSignIn({ params, query, reached }: Request): Promise<Reply<undefined>> {
  const { connection } = await connectionInPath(params.connection);
  const sealer = await fieldSealer();
  const ticket = query.ticket === undefined ? undefined : openTicket(query.ticket, connection.id, sealer);
  if (query.ticket !== undefined && ticket === undefined)
    throw invalidAnswer('ticket', 'The test has run out. Begin it again: POST /connections/{id}/test.');
  if (ticket === undefined && connection.status !== 'ACTIVE')
    throw refusedSignIn({ reason: 'connection-off', detail: 'The connection is not switched on.' });
  const purpose: Purpose = ticket !== undefined ? 'TEST' : query.link === 'true' ? 'LINK' : 'SIGN_IN';
  const names = namesOf(connection, reached);
  const started: Started = {
    ...names,
    connectionId: connection.id,
    purpose,
    startedBy: ticket?.startedBy ?? null,
    ...applicationOf(query, new URL(names.redirectUri).origin),
    ...{ state: newSecret(), nonce: newSecret(), codeVerifier: newSecret() },
    expiresAtMs: Date.now() + SIGN_IN_SECONDS * 1000,
  };
  const provider = await providerOf(connection, sealer);
  const to = await provider.begin(started, {
    loginHint: query.login_hint,
    anew: query.anew === 'true',
  });
  const way = { secure: started.redirectUri.startsWith('https:'), posted: connection.kind === 'SAML' };
  return reply(undefined, {
    status: 302,
    headers: {
      location: to.href,
      'set-cookie': bindingCookie(started, sealer, way, SIGN_IN_SECONDS),
    },
  });
}

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d{1,5})?$/;

/**
 * Reads the application that gets the code, on a page of its own or as the console. Its code is bound to a secret of its own, so that nobody who sees the address can use it.
 * @throws DomainError `validation-failed`
 */
function applicationOf(
  { redirect_uri, code_challenge }: Request['query'],
  ownOrigin: string,
): Pick<Started, 'returnTo' | 'codeChallenge'> {
  if (redirect_uri === undefined) return { returnTo: null, codeChallenge: code_challenge ?? null };
  const url = URL.parse(redirect_uri);
  const isPage =
    url !== null && ['https:', 'http:'].includes(url.protocol) && url.username === '' && url.hash === '';
  const isConsole = url?.origin === ownOrigin && url.pathname.startsWith(`${CONSOLE_PATH}/`);
  // A native application listens on this machine (RFC 8252); pages are those that may call the API, and the console.
  if (
    !isPage ||
    !(isConsole || LOOPBACK.test(url.origin) || isAllowed(url.origin, environment.corsOrigins()))
  )
    throw invalidField(
      '?redirect_uri',
      'not-allowed',
      'must be a page of an origin that may call the API, or a loopback address',
    );
  if (code_challenge === undefined)
    throw invalidField(
      '?code_challenge',
      'required',
      'is required with a redirect_uri: the S256 challenge of a secret (PKCE)',
    );
  return { returnTo: url.href, codeChallenge: code_challenge };
}
