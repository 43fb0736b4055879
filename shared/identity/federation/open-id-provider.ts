import type { JSONWebKeySet, JWTPayload } from 'jose';
import type * as OpenIdClient from 'openid-client';
import { outsideFetch } from '#platform/outbound/outside-fetch.ts';
import { type AddressRules, refuseUrl } from '#platform/outbound/public-url.ts';
import { type Claims, valuesOf } from './decide-role.ts';
import type { Assertion, Binding, IdentityProvider, Logout, Wish } from './identity-provider.ts';
import { invalidAnswer, translateProviderError } from './provider-errors.ts';
import { addressOf, subjectOf } from './subject.ts';

/** A connection to an OpenID provider, its secret or key in the clear. */
export interface OpenIdConnection {
  readonly id: string;
  readonly version: number;
  readonly issuer: string;
  readonly client_id: string;
  readonly client_authentication: 'SECRET' | 'PRIVATE_KEY';
  readonly credential: string;
  readonly scopes: readonly string[];
  readonly subject_claim: 'sub' | 'oid';
  readonly authentication_context: string | null;
  /** Claims that are looked up at the provider's userinfo where the ID token has none of them. */
  readonly wanted_claims: readonly string[];
}

const CLOCK_SKEW_SECONDS = 60;
/** A logout token that is older is a repetition. */
const LOGOUT_SECONDS = 300;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** Discovery is read again after so long. Keys are not kept: an answer is verified by those that stand there now. */
const METADATA_MS = 5 * 60_000;
const MAX_REMEMBERED = 100;
const SIGNATURES = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

type Metadata = OpenIdClient.ServerMetadata;

const remembered = new Map<string, { readonly metadata: Metadata; readonly untilMs: number }>();

/** Returns the provider of a connection. The client that speaks with it is loaded by what needs it. */
export async function openIdProvider(
  connection: OpenIdConnection,
  rules: AddressRules,
): Promise<IdentityProvider> {
  const oidc = await import('openid-client');
  const provider = new OpenIdProvider(oidc, connection, rules);
  const translated =
    <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      try {
        return await work(...args);
      } catch (error) {
        throw translateProviderError(error);
      }
    };
  return {
    begin: translated((binding, wish) => provider.begin(binding, wish)),
    complete: translated((answer, binding) => provider.complete(answer, binding)),
    verifyLogout: translated((token) => provider.verifyLogout(token)),
  };
}

class OpenIdProvider implements IdentityProvider {
  readonly #oidc: typeof OpenIdClient;
  readonly #connection: OpenIdConnection;
  readonly #rules: AddressRules;

  constructor(oidc: typeof OpenIdClient, connection: OpenIdConnection, rules: AddressRules) {
    this.#oidc = oidc;
    this.#connection = connection;
    this.#rules = rules;
  }

  async begin(binding: Binding, { loginHint, anew = false }: Wish): Promise<URL> {
    const { scopes } = this.#connection;
    const configuration = await this.#configuration(this.#oidc.None());
    const { authorization_endpoint } = configuration.serverMetadata();
    // The browser is sent there: it must be a page, and no other kind of URL.
    if (authorization_endpoint === undefined || refuseUrl(authorization_endpoint, this.#rules) !== undefined)
      throw invalidAnswer(
        'provider-address',
        'The provider names no address for signing in that browsers may be sent to.',
      );
    return this.#oidc.buildAuthorizationUrl(configuration, {
      scope: scopes.join(' '),
      redirect_uri: binding.redirectUri,
      state: binding.state,
      ...(binding.nonce === null ? {} : { nonce: binding.nonce }),
      code_challenge: await this.#oidc.calculatePKCECodeChallenge(binding.codeVerifier),
      code_challenge_method: 'S256',
      ...(loginHint === undefined ? {} : { login_hint: loginHint }),
      // Providers honour one of the two, or both. The ID token says what came of it, since a browser can leave out what it brings.
      ...(anew ? { prompt: 'login', max_age: '0' } : {}),
      ...this.#askedContext(),
    });
  }

  /** Entra ID takes a context as a claim that it has to tell, and everybody else by the parameter of OpenID Connect. */
  #askedContext(): Record<string, string> {
    const { authentication_context: value, subject_claim } = this.#connection;
    if (value === null) return {};
    return subject_claim === 'oid'
      ? { claims: JSON.stringify({ id_token: { acrs: { essential: true, value } } }) }
      : { acr_values: value };
  }

  async complete(answer: URLSearchParams, binding: Binding): Promise<Assertion> {
    const url = new URL(binding.redirectUri);
    url.search = answer.toString();
    const { configuration, tokens } = await this.#exchange(url, binding);
    const claims = tokens.claims();
    if (claims === undefined) throw invalidAnswer('answer-malformed', 'The provider has sent no ID token.');
    if (claims.iat > nowSeconds() + CLOCK_SKEW_SECONDS)
      throw invalidAnswer(
        'token-time',
        'The ID token was issued in the future: the clock of the provider is wrong.',
      );
    const all = await this.#withUserInfo(configuration, tokens.access_token, claims);
    return this.#assertion(claims, all);
  }

  /** Clients authenticate in either of two ways, and providers accept the one that they were registered with. */
  async #exchange(url: URL, { state, nonce, codeVerifier }: Binding) {
    const checks = {
      expectedState: state,
      ...(nonce === null ? {} : { expectedNonce: nonce }),
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    };
    const [first, second] = await this.#authentications();
    const configuration = await this.#configuration(first);
    try {
      return { configuration, tokens: await this.#oidc.authorizationCodeGrant(configuration, url, checks) };
    } catch (error) {
      const isUnknownClient =
        error instanceof this.#oidc.ResponseBodyError && error.error === 'invalid_client';
      if (!isUnknownClient || second === undefined) throw error;
      const other = await this.#configuration(second);
      return { configuration: other, tokens: await this.#oidc.authorizationCodeGrant(other, url, checks) };
    }
  }

  async #authentications(): Promise<readonly [OpenIdClient.ClientAuth, OpenIdClient.ClientAuth?]> {
    const { client_authentication, credential } = this.#connection;
    if (client_authentication === 'PRIVATE_KEY') {
      const { importJWK } = await import('jose');
      const jwk = JSON.parse(credential) as { kid: string };
      const key = (await importJWK(jwk, 'ES256')) as OpenIdClient.CryptoKey;
      return [this.#oidc.PrivateKeyJwt({ key, kid: jwk.kid })];
    }
    return [this.#oidc.ClientSecretBasic(credential), this.#oidc.ClientSecretPost(credential)];
  }

  async #configuration(authentication: OpenIdClient.ClientAuth): Promise<OpenIdClient.Configuration> {
    const oidc = this.#oidc;
    const configuration = new oidc.Configuration(
      await this.#metadata(),
      this.#connection.client_id,
      { [oidc.clockTolerance]: CLOCK_SKEW_SECONDS },
      authentication,
    );
    configuration[oidc.customFetch] = outsideFetch;
    // The function outside the network says which addresses are called, and how.
    if (this.#rules.loopback) oidc.allowInsecureRequests(configuration);
    // The client looks at the signature of the ID token only if it is told to.
    oidc.enableNonRepudiationChecks(configuration);
    return configuration;
  }

  async #metadata(): Promise<Metadata> {
    const { id, version, issuer, client_id } = this.#connection;
    const name = `${id} ${version} ${issuer}`;
    const known = remembered.get(name);
    if (known !== undefined && known.untilMs > Date.now()) return known.metadata;
    const oidc = this.#oidc;
    const found = await oidc.discovery(new URL(issuer), client_id, undefined, this.#oidc.None(), {
      [oidc.customFetch]: outsideFetch,
      execute: this.#rules.loopback ? [oidc.allowInsecureRequests] : [],
    });
    const metadata = { ...found.serverMetadata() };
    if (URL.parse(metadata.issuer)?.href !== new URL(issuer).href)
      throw invalidAnswer(
        'issuer-mismatch',
        'The provider calls itself by another issuer than the connection does. Give the connection the issuer exactly as the provider writes it; one that stands for many directories can’t be connected.',
      );
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(name, { metadata, untilMs: Date.now() + METADATA_MS });
    return metadata;
  }

  /** Adds what userinfo has and the ID token hasn't: providers differ in where they put what the scopes ask for. */
  async #withUserInfo(
    configuration: OpenIdClient.Configuration,
    accessToken: string,
    claims: OpenIdClient.IDToken,
  ): Promise<Claims> {
    const { wanted_claims } = this.#connection;
    const hasAll = wanted_claims.every((name) => Object.hasOwn(claims, name)) || '_claim_names' in claims;
    if (hasAll || configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
    const more = await this.#oidc.fetchUserInfo(configuration, accessToken, claims.sub);
    return { ...more, ...claims };
  }

  #assertion(token: OpenIdClient.IDToken, claims: Claims): Assertion {
    const { subject_claim, authentication_context } = this.#connection;
    const subject = subjectOf(subject_claim, token.iss, subject_claim === 'sub' ? token : claims);
    if (subject === undefined)
      throw invalidAnswer(
        'subject-missing',
        subject_claim === 'sub'
          ? 'The ID token names nobody.'
          : 'The ID token has no tid and oid of the directory that issues it.',
      );
    const contexts = [...valuesOf(token, 'acr'), ...valuesOf(token, 'acrs')];
    const [acr] = contexts.filter((one) => one === authentication_context).concat(valuesOf(token, 'acr'));
    return {
      issuer: token.iss,
      subject,
      protocolSubject: token.sub,
      email: addressOf(claims),
      claims,
      session: valuesOf(token, 'sid')[0] ?? null,
      acr: acr ?? null,
      amr: valuesOf(token, 'amr'),
      authenticatedAt: typeof token.auth_time === 'number' ? new Date(token.auth_time * 1000) : null,
      assertionId: null,
    };
  }

  async verifyLogout(token: string): Promise<Logout> {
    const { createLocalJWKSet, jwtVerify } = await import('jose');
    const { issuer, jwks_uri } = await this.#metadata();
    if (jwks_uri === undefined) throw invalidAnswer('token-key', 'The provider publishes no keys.');
    const answer = await outsideFetch(jwks_uri, {
      method: 'GET',
      headers: { accept: 'application/json' },
    });
    if (answer.status !== 200) throw invalidAnswer('token-key', 'The provider publishes no keys.');
    const { payload } = await jwtVerify(token, createLocalJWKSet((await answer.json()) as JSONWebKeySet), {
      issuer,
      audience: this.#connection.client_id,
      typ: 'logout+jwt',
      algorithms: SIGNATURES,
      clockTolerance: CLOCK_SKEW_SECONDS,
      maxTokenAge: LOGOUT_SECONDS,
      requiredClaims: ['iat', 'jti', 'events'],
    });
    return logoutOf(payload);
  }
}

/** Reads what a logout token ends (OpenID Connect Back-Channel Logout 1.0, 2.6). */
function logoutOf(payload: JWTPayload): Logout {
  const events = payload.events as Record<string, unknown> | null | undefined;
  const isLogout = typeof events === 'object' && events !== null && typeof events[LOGOUT_EVENT] === 'object';
  if (!isLogout || 'nonce' in payload)
    throw invalidAnswer('token-claim', 'The token is no logout token: it lacks its event, or has a nonce.');
  const session = valuesOf(payload, 'sid')[0] ?? null;
  const protocolSubject = payload.sub ?? null;
  if (session === null && protocolSubject === null)
    throw invalidAnswer('token-claim', 'The logout token names neither a session nor a subject.');
  // Both clocks count, and the token's knows whole seconds only.
  const issuedBefore = new Date(((payload.iat ?? 0) + CLOCK_SKEW_SECONDS) * 1000);
  return { session, protocolSubject, tokenId: payload.jti ?? '', issuedBefore };
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
