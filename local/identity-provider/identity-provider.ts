import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type ClientMetadata, type Configuration, type JWK } from 'oidc-provider';
import { memoryAdapter } from './memory-adapter.ts';

/** Somebody who can sign in at the provider, without a password: it is for this machine and for tests. */
export interface Person {
  readonly id: string;
  /** Recognises the person when a sign-in hints at them. */
  readonly email: string;
  /** The provider's word about them, beside `sub`. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The methods by which they have authenticated. */
  readonly amr?: readonly string[];
  readonly acr?: string;
  /** Seconds for which they have had a session there, unless they are to authenticate anew. @default 0 */
  readonly signedInFor?: number;
}

export interface IdentityProviderOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly people: readonly Person[];
  /** The claims that are told beyond `sub`, all of them with `openid`. */
  readonly claims: readonly string[];
  readonly configuration?: Configuration;
}

export interface IdentityProvider {
  readonly issuer: string;
  /**
   * Serves these clients, and no others, with new keys. A client's addresses at the platform are known once its connection is there.
   */
  serve(clients: readonly ClientMetadata[]): Provider;
  close(): Promise<void>;
}

const HOUR = 3_600;
const TTL_SECONDS = {
  Interaction: HOUR,
  Grant: HOUR,
  Session: 8 * HOUR,
  AccessToken: HOUR,
  IdToken: HOUR,
} as const;
const CALL_MS = 5_000;

const INTERACTION = /^\/interaction\/([\w-]{1,64})$/;

/** Starts a certified OpenID provider on this machine. Whoever opens its page chooses whom they are; a hint chooses for them. */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  let serving: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  const serve = (clients: readonly ClientMetadata[]): Provider => {
    const provider = new Provider(issuer, configurationOf(options, clients));
    const handle = provider.callback();
    serving = (request, response) => {
      if (!INTERACTION.test(new URL(request.url ?? '/', issuer).pathname))
        return void handle(request, response);
      chooseWho(provider, options.people, request, response).catch((error: Error) => {
        response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' }).end(`${error.message}\n`);
      });
    };
    return provider;
  };
  serve([]);
  server.on('request', (request, response) => serving?.(request, response));
  return {
    issuer,
    serve,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function newKey(): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' } as JWK;
}

function configurationOf(
  { people, claims, configuration }: IdentityProviderOptions,
  clients: readonly ClientMetadata[],
): Configuration {
  return {
    adapter: memoryAdapter(),
    clients: [...clients],
    // New keys at each start: whoever kept the old ones would notice.
    jwks: { keys: [newKey()] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    // A context is told to those who ask for it.
    claims: { openid: ['sub', 'amr', 'acr', 'sid', 'auth_time', ...claims], acrs: null },
    scopes: ['openid', 'profile', 'email', 'groups'],
    // Okta and Entra ID put what they say of people into the ID token.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    ttl: TTL_SECONDS,
    // The platform is on this machine too, to which the provider's own dispatcher refuses to connect.
    fetch: (url, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown } = {}) =>
      fetch(url, { ...options, signal: AbortSignal.timeout(CALL_MS) }),
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => {
      const person = people.find((one) => one.id === id);
      return person && { accountId: id, claims: () => ({ sub: id, ...person.claims }) };
    },
    // Nobody is asked whether the platform may know who they are.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        ...(oidc.session?.accountId === undefined ? {} : { accountId: oidc.session.accountId }),
        ...(oidc.client === undefined ? {} : { clientId: oidc.client.clientId }),
      });
      grant.addOIDCScope(String(oidc.params?.scope ?? 'openid'));
      grant.addOIDCClaims([...claims, 'acrs']);
      await grant.save();
      return grant;
    },
    ...configuration,
  };
}

/** Signs in whom the sign-in hints at or the page has chosen, or shows the page. */
async function chooseWho(
  provider: Provider,
  people: readonly Person[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const chosen = new URL(request.url ?? '/', provider.issuer).searchParams.get('as') ?? params.login_hint;
  const person = people.find(({ id, email }) => chosen === id || chosen === email);
  if (person === undefined) return showPeople(people, response);
  const { id: accountId, amr, acr, signedInFor = 0 } = person;
  const isAnew = params.prompt === 'login';
  const login = {
    accountId,
    ...(isAnew ? {} : { ts: Math.floor(Date.now() / 1000) - signedInFor }),
    ...(amr === undefined ? {} : { amr: [...amr] }),
    ...(acr === undefined ? {} : { acr }),
  };
  await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

function showPeople(people: readonly Person[], response: ServerResponse): void {
  const items = people.map(
    ({ id, email }) => `<li><a href="?as=${encodeURIComponent(id)}">${email}</a></li>`,
  );
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Local identity provider</title><h1>Who are you?</h1><ul>${items.join('')}</ul></html>`,
    );
}
