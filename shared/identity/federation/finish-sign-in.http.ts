import type { AuditAction } from '#contracts/audit-actions.ts';
import {
  type ConnectionRow,
  insertTest,
  setTested,
  toConnectionTest,
} from '#identity/connections/connection.repository.ts';
import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { notFound } from '#kernel/domain-error.ts';
import type { HttpRequest } from '#platform/http/http.ts';
import { publicUrlOf } from '#platform/http/public-url.ts';
import { type Reply, reply } from '#platform/http/reply.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { admit, isEntry } from './admit.ts';
import { acceptsHtml, codePage, testPage } from './answer-pages.http.ts';
import { endedCookie, findStarted, newSecret, type Started, sha256 } from './browser-binding.ts';
import { connectionInPath } from './connection-in-path.ts';
import { decideRole, isRefused, type Refused, valuesOf } from './decide-role.ts';
import { insertSignIn, type NewSignIn } from './federation.repository.ts';
import { CODE_SECONDS, exchangeSignInCode, type finishOidcSignIn } from './federation.routes.ts';
import type { Assertion } from './identity-provider.ts';
import { namesOf } from './names.http.ts';
import { invalidAnswer, refusedSignIn } from './provider-errors.ts';
import { providerOf } from './providers.ts';
import { newCode } from './sign-in-code.ts';

type Request = Pick<
  HttpRequest<typeof finishOidcSignIn>,
  'params' | 'headers' | 'reached' | 'claim' | 'tenantTx' | 'requestId'
>;
type Addressed = Awaited<ReturnType<typeof connectionInPath>>;
type Answer = Reply<Record<string, unknown> | string>;

/** An answer of a provider, as a browser has brought it. */
export interface Brought {
  /** The kind of connections that answers come to the address from. */
  readonly kind: ConnectionRow['kind'];
  readonly state: string;
  readonly answer: URLSearchParams;
}

/** Finishes what a browser has begun: the answer is verified before anything is looked up or written. */
export async function finishSignIn(request: Request, { kind, state, answer }: Brought): Promise<Answer> {
  const { params, headers, reached, claim } = request;
  const addressed = await connectionInPath(params.connection);
  const { tenant, connection } = addressed;
  if (connection.kind !== kind) throw notFound();
  claim(async () => ({ tenantId: tenant.id, payload: { connection: connection.id } }));
  const sealer = await fieldSealer();
  const names = namesOf(connection, reached);
  const way = { secure: names.redirectUri.startsWith('https:'), posted: kind === 'SAML' };
  const cookies = headers.get('cookie') ?? [];
  const sought = { state, connectionId: connection.id, secure: way.secure };
  const started =
    findStarted(cookies, sought, sealer) ??
    (connection.idp_initiated ? { ...unsolicited(connection.id), ...names } : undefined);
  if (started === undefined)
    throw invalidAnswer('state', 'This browser has begun no such sign-in, or too long ago. Begin it again.');
  const isOn = connection.status === 'ACTIVE' || started.purpose === 'TEST';
  if (!isOn) throw refusedSignIn({ reason: 'connection-off', detail: 'The connection is not switched on.' });
  const provider = await providerOf(connection, sealer);
  const assertion = await provider.complete(answer, started);
  const finish = started.purpose === 'TEST' ? finishTest : finishWithCode;
  const { body, status = 200, headers: more = {} } = await finish(request, addressed, started, assertion);
  return reply(body, { status, headers: { ...more, 'set-cookie': endedCookie(state, way) } });
}

/** A sign-in that the provider itself has begun. No application waits for it. */
function unsolicited(connectionId: string): Omit<Started, keyof ReturnType<typeof namesOf>> {
  return {
    ...{ connectionId, purpose: 'SIGN_IN', startedBy: null, returnTo: null, codeChallenge: null },
    ...{ state: newSecret(), nonce: null, codeVerifier: '', expiresAtMs: 0 },
  };
}

function signInOf(
  { connectionId, purpose, codeChallenge, state }: Started,
  { issuer, subject, protocolSubject, session, acr, amr, authenticatedAt, assertionId }: Assertion,
): Omit<NewSignIn, 'code_sha256' | 'user_id'> {
  return {
    connection_id: connectionId,
    purpose,
    state_sha256: sha256(state),
    assertion_sha256: assertionId === null ? null : sha256(assertionId),
    code_challenge: codeChallenge,
    ...{ issuer, subject, acr },
    protocol_subject: protocolSubject,
    provider_session: session,
    amr: [...amr],
    authenticated_at: authenticatedAt,
    expires_at: new Date(Date.now() + CODE_SECONDS * 1000),
  };
}

interface Finished {
  readonly action: AuditAction;
  readonly userId: string | null;
  readonly shown: Readonly<Record<string, unknown>>;
}

/** Lets the person in by a code, or refuses them once what that has changed is committed. */
async function finishWithCode(
  { tenantTx, requestId, headers, reached }: Request,
  { tenant, connection }: Addressed,
  started: Started,
  assertion: Assertion,
): Promise<Answer> {
  const code = newCode(tenant.id);
  const finished = await tenantTx(
    async (tx): Promise<Finished | Refused> => {
      const signIn = { ...signInOf(started, assertion), code_sha256: sha256(code) };
      if (started.purpose === 'LINK') {
        await insertSignIn(tx, { ...signIn, user_id: null });
        return { action: 'sign-in.verified', userId: null, shown: {} };
      }
      const outcome = await admit(tx, { connection, assertion, tenantId: tenant.id, requestId });
      const isIn = isEntry(outcome);
      await insertSignIn(tx, {
        ...signIn,
        ...(isIn ? {} : { code_sha256: null }),
        user_id: isIn ? outcome.user.id : null,
      });
      if (!isIn) return outcome;
      const { id, email, role } = outcome.user;
      return { action: outcome.became, userId: id, shown: { user: { id, email, role } } };
    },
    {
      // Users whom a sign-in admits are made for its connection.
      actor: { ...anonymousActor(tenant.id, requestId), makesFor: connection.id },
      action: (result) => ('reason' in result ? 'sign-in.refused' : result.action),
      resource: (result) =>
        'reason' in result || result.userId === null
          ? `connections/${connection.id}`
          : `users/${result.userId}`,
      payload: { connection: connection.id, purpose: started.purpose },
    },
  );
  if ('reason' in finished) throw refusedSignIn(finished);
  if (started.returnTo !== null) {
    const to = new URL(started.returnTo);
    to.searchParams.set('code', code);
    return reply('', { status: 303, headers: { location: to.href } });
  }
  const body = { code, expires_in: CODE_SECONDS, ...finished.shown };
  return acceptsHtml(headers) ? codePage(body, publicUrlOf(reached, exchangeSignInCode)) : reply(body);
}

/** Tells what was received and what it would give. Nobody is let in, and no user is created. */
async function finishTest(
  { tenantTx, requestId, headers }: Request,
  { tenant, connection }: Addressed,
  started: Started,
  assertion: Assertion,
): Promise<Answer> {
  const decided = decideRole(connection.role_map, assertion.claims);
  const outcome = isRefused(decided)
    ? { outcome: 'REFUSED' as const, role: null, reason: decided.reason, detail: decided.detail }
    : { outcome: 'ADMITTED' as const, role: decided.role, reason: null, detail: null };
  const test = await tenantTx(
    async (tx) => {
      const { startedBy } = started;
      await insertSignIn(tx, { ...signInOf(started, assertion), code_sha256: null, user_id: startedBy });
      if (outcome.outcome === 'ADMITTED') await setTested(tx, connection.id, connection.version);
      const received = receivedOf(
        assertion,
        connection.role_map.map(({ claim }) => claim),
      );
      return insertTest(tx, {
        connection_id: connection.id,
        started_by: startedBy ?? '',
        ...outcome,
        received,
      });
    },
    {
      actor: anonymousActor(tenant.id, requestId),
      action: () => 'connection.tested',
      resource: () => `connections/${connection.id}`,
      payload: { outcome: outcome.outcome, role: outcome.role, reason: outcome.reason },
    },
  );
  const body = toConnectionTest(test);
  return acceptsHtml(headers) ? testPage(body) : reply(body);
}

/** The claims that decided, and the names of the others: an administrator sees what the map could use. */
function receivedOf(assertion: Assertion, mapped: readonly string[]): Record<string, unknown> {
  const { issuer, subject, email = null, acr, amr, claims } = assertion;
  const deciding = [...new Set(mapped)].map((claim) => [claim, valuesOf(claims, claim)]);
  return {
    issuer,
    subject,
    email,
    acr,
    amr,
    mapped: Object.fromEntries(deciding),
    claims: Object.keys(claims).sort(),
  };
}
