import { handler as createHandler } from '#functions/identity/create-connection.ts';
import { handler as logoutHandler } from '#functions/identity/end-oidc-sessions.ts';
import { handler as exchangeHandler } from '#functions/identity/exchange-sign-in-code.ts';
import { handler as finishHandler } from '#functions/identity/finish-oidc-sign-in.ts';
import { handler as finishSamlHandler } from '#functions/identity/finish-saml-sign-in.ts';
import { handler as getHandler } from '#functions/identity/get-connection.ts';
import { handler as linkHandler } from '#functions/identity/link-identity.ts';
import { handler as identitiesHandler } from '#functions/identity/list-my-identities.ts';
import { handler as startHandler } from '#functions/identity/start-sign-in.ts';
import { handler as testHandler } from '#functions/identity/test-connection.ts';
import { handler as unlinkHandler } from '#functions/identity/unlink-identity.ts';
import { handler as updateHandler } from '#functions/identity/update-connection.ts';
import { listMyIdentities, unlinkIdentity } from '#identity/account/account.routes.ts';
import * as routes from '#identity/connections/connections.routes.ts';
import * as federation from '#identity/federation/federation.routes.ts';
import type { Person } from '#local/identity-provider/identity-provider.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { approved } from './approvals.ts';
import { call, type TestRequest, type TestResponse } from './request.ts';
import type { TestTenant } from './tenants.ts';

/** The browser of a person: its cookies at the platform, and those at providers. */
export class Browser {
  #ours = new Map<string, string>();
  #theirs = new Map<string, string>();

  get cookies(): ReadonlyMap<string, string> {
    return this.#ours;
  }

  #sent(): Record<string, string> {
    return this.#ours.size === 0 ? {} : { Cookie: asHeader(this.#ours) };
  }

  /** Begins a sign-in, and returns the answer, whose `Location` is at the provider. */
  async start(connection: string, query: Record<string, string> = {}): Promise<TestResponse> {
    const answer = await call(startHandler, federation.startSignIn, { params: { connection }, query });
    keep(this.#ours, [answer.header('set-cookie') ?? ''].filter(Boolean));
    return answer;
  }

  /** Brings the platform an answer of a provider. */
  finish(
    connection: string,
    query: Record<string, string>,
    request: TestRequest = {},
  ): Promise<TestResponse> {
    const headers = { ...this.#sent(), ...request.headers };
    return call(finishHandler, federation.finishOidcSignIn, {
      ...request,
      params: { connection },
      query,
      headers,
    });
  }

  /** Posts the platform an answer of a SAML provider. */
  post(connection: string, form: Record<string, string>): Promise<TestResponse> {
    return call(finishSamlHandler, federation.finishSamlSignIn, {
      params: { connection },
      body: new URLSearchParams(form).toString(),
      headers: { ...this.#sent(), 'Content-Type': 'application/x-www-form-urlencoded' },
    });
  }

  /** Follows the provider's redirects until it leads back to the platform, and returns what it brings. */
  async visit(url: string): Promise<Record<string, string>> {
    for (let next = url, steps = 0; steps < 10; steps += 1) {
      const answer = await fetch(next, {
        redirect: 'manual',
        headers: this.#theirs.size === 0 ? {} : { cookie: asHeader(this.#theirs) },
        signal: AbortSignal.timeout(20_000),
      });
      keep(this.#theirs, answer.headers.getSetCookie());
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`${answer.status} at ${next}: ${await answer.text()}`);
      next = new URL(location, next).href;
      if (next.startsWith('https://api.vestry.example/'))
        return Object.fromEntries(new URL(next).searchParams);
    }
    throw new Error('the provider leads nowhere');
  }

  /** Signs in at the provider, and returns what the callback answers. */
  async signIn(
    connection: string,
    who: Pick<Person, 'email'>,
    query: Record<string, string> = {},
  ): Promise<TestResponse> {
    const started = await this.start(connection, { login_hint: who.email, ...query });
    if (started.status !== 302) return started;
    return this.finish(connection, await this.visit(started.header('location') ?? ''));
  }
}

function asHeader(jar: ReadonlyMap<string, string>): string {
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
}

function keep(jar: Map<string, string>, headers: readonly string[]): void {
  for (const header of headers) {
    const [pair = '', ...attributes] = header.split(';');
    const [name = '', ...value] = pair.split('=');
    const isOver = attributes.some((attribute) => /max-age=0|expires=Thu, 01 Jan 1970/i.test(attribute));
    if (isOver) jar.delete(name.trim());
    else jar.set(name.trim(), value.join('='));
  }
}

export const exchange = (code: string, code_verifier?: string): Promise<TestResponse> =>
  call(exchangeHandler, federation.exchangeSignInCode, {
    body: { code, ...(code_verifier === undefined ? {} : { code_verifier }) },
  });

export const endSessions = (connection: string, logout_token: string): Promise<TestResponse> =>
  call(logoutHandler, federation.endOidcSessions, {
    params: { connection },
    body: new URLSearchParams({ logout_token }).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });

export const identities = (as: Principal): Promise<TestResponse> =>
  call(identitiesHandler, listMyIdentities, { as });

export const unlink = (as: Principal, id: string): Promise<TestResponse> =>
  call(unlinkHandler, unlinkIdentity, { as, params: { id } });

export const link = (as: Principal, code: string): Promise<TestResponse> =>
  call(linkHandler, federation.linkIdentity, { as, body: { code } });

/** The routes of connections as one caller. */
export class Connections {
  readonly #as: Principal;

  constructor(as: Principal) {
    this.#as = as;
  }

  create(body: object): Promise<TestResponse> {
    return call(createHandler, routes.createConnection, { as: this.#as, body });
  }

  get(id: string): Promise<TestResponse> {
    return call(getHandler, routes.getConnection, { as: this.#as, params: { id } });
  }

  async change(id: string, body: object): Promise<TestResponse> {
    const { version } = (await this.get(id)).body;
    const headers = { 'If-Match': `"${version}"` };
    return call(updateHandler, routes.updateConnection, { as: this.#as, params: { id }, body, headers });
  }

  test(id: string): Promise<TestResponse> {
    return call(testHandler, routes.testConnection, { as: this.#as, params: { id } });
  }
}

/** Runs a test sign-in to its end, and returns what the callback answers. */
export async function tested(
  tenant: TestTenant,
  id: string,
  who: Pick<Person, 'email'>,
): Promise<TestResponse> {
  const begun = await new Connections(tenant.as('ADMIN')).test(id);
  const ticket = new URL(begun.body.start_uri).searchParams.get('ticket') ?? '';
  return new Browser().signIn(id, who, { ticket });
}

/** Creates a connection with a second person, and returns its id. */
export async function created(tenant: TestTenant, body: object): Promise<string> {
  const waiting = await new Connections(tenant.as('ADMIN')).create(body);
  await approved(tenant, waiting);
  return waiting.body.subject.id;
}

/** Tests a connection as somebody, and switches it on. */
export async function switchedOn(tenant: TestTenant, id: string, who: Pick<Person, 'email'>): Promise<void> {
  const answer = await tested(tenant, id, who);
  if (answer.body.outcome !== 'ADMITTED') throw new Error(answer.text);
  await approved(tenant, await new Connections(tenant.as('ADMIN')).change(id, { status: 'ACTIVE' }));
}
