import { createHmac, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import type { TestResponse } from '#tests/support/request.ts';
import { Browser, created, endSessions } from '#tests/support/single-sign-on.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** A provider that answers what it likes: what no certified one would is refused, and leaves no user and no session. */

const CLIENT = 'vestry';
const [good, other] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 })) as [Pair, Pair];
type Pair = { privateKey: KeyObject; publicKey: KeyObject };

let database: TestDatabase;
let aws: TestAws;
let server: Server;
let issuer: string;
let tenant: TestTenant;
let connection: string;

interface Asked {
  readonly nonce: string;
  readonly issuer: string;
}
type Claims = Record<string, unknown>;

/** The ID token of the next answers, and what the provider says of itself. */
let idToken: (asked: Asked) => Promise<string>;
let metadata: Claims = {};
let nonce = '';
/** The requests that the provider got, as method and path. */
const heard: string[] = [];

const nowSeconds = () => Math.floor(Date.now() / 1000);
const claimsOf = (asked: Asked, more: Claims = {}): Claims => ({
  iss: asked.issuer,
  aud: CLIENT,
  sub: 'ada',
  nonce: asked.nonce,
  iat: nowSeconds(),
  exp: nowSeconds() + 300,
  email: 'ada@forged.example',
  groups: ['everyone'],
  ...more,
});
const signed = (claims: Claims, key: KeyObject = good.privateKey, header: Claims = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'good', ...header }).sign(key);
const withClaims = (more: Claims | (() => Claims)) => (asked: Asked) =>
  signed(claimsOf(asked, typeof more === 'function' ? more() : more));
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

beforeAll(async () => {
  process.env.OUTSIDE_TO_LOOPBACK = 'on';
  database = await testDatabase();
  aws = await testAws();
  server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', issuer).pathname;
    heard.push(`${request.method} ${path}`);
    const answers: Record<string, () => Promise<unknown> | unknown> = {
      '/.well-known/openid-configuration': () => ({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        ...metadata,
      }),
      '/keys': () => ({
        keys: [{ ...good.publicKey.export({ format: 'jwk' }), kid: 'good', alg: 'RS256', use: 'sig' }],
      }),
      '/token': async () => ({
        access_token: 'an access token',
        token_type: 'Bearer',
        id_token: await idToken({ nonce, issuer }),
      }),
    };
    const answer = answers[path];
    response
      .writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify((await answer?.()) ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await aws.close();
  await database.close();
});

const body = (more: object = {}) => ({
  kind: 'OIDC',
  name: randomUUID(),
  issuer,
  client_id: CLIENT,
  client_secret: 'a secret',
  role_map: [{ claim: 'groups', value: 'everyone', role: 'EMPLOYEE' }],
  ...more,
});

beforeEach(async () => {
  metadata = {};
  tenant = await insertTestTenant(database.admin, 'ISSUER');
  connection = await created(tenant, body());
  await database.admin.query(`update connections set status = 'ACTIVE', tested_at = now() where id = $1`, [
    connection,
  ]);
});

/** Signs in, where the provider sends the browser straight back. */
async function signIn(query: Record<string, string> = { code: 'a code' }): Promise<TestResponse> {
  const browser = new Browser();
  const started = await browser.start(connection);
  if (started.status !== 302) return started;
  const to = new URL(started.header('location') ?? '').searchParams;
  expect([to.get('response_type'), to.get('code_challenge_method'), to.get('scope')]).toEqual([
    'code',
    'S256',
    'openid profile email',
  ]);
  nonce = to.get('nonce') ?? '';
  return browser.finish(connection, { state: to.get('state') ?? '', ...query });
}

const outcome = ({ status, body: answered }: TestResponse): unknown => [status, answered.errors?.[0]?.code];

async function nothingIsLeft(): Promise<void> {
  const { rows } = await database.admin.query(
    `select (select count(*) from federated_identities where tenant_id = $1)
          + (select count(*) from federated_sign_ins where tenant_id = $1 and code_sha256 is not null)
          + (select count(*) from users where tenant_id = $1 and email like '%forged.example') as n`,
    [tenant.id],
  );
  expect(rows[0].n).toBe(0n);
}

const hs256 = (asked: Asked): string => {
  const head = `${base64({ alg: 'HS256', kid: 'good' })}.${base64(claimsOf(asked))}`;
  const secret = good.publicKey.export({ format: 'pem', type: 'spki' });
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
};

describe('an ID token is refused', () => {
  test.each<[string, (asked: Asked) => Promise<string> | string, string]>([
    [
      'signed by another key under a known kid',
      (asked) => signed(claimsOf(asked), other.privateKey),
      'answer-malformed',
    ],
    [
      'signed by a key that is not published',
      (asked) => signed(claimsOf(asked), other.privateKey, { kid: 'other' }),
      'token-key',
    ],
    [
      'of no algorithm',
      (asked) => `${base64({ alg: 'none' })}.${base64(claimsOf(asked))}.`,
      'answer-malformed',
    ],
    ['whose key is the public one', hs256, 'answer-malformed'],
    [
      'with a changed claim',
      async (asked) => {
        const [head, , signature] = (await signed(claimsOf(asked))).split('.');
        return `${head}.${base64(claimsOf(asked, { sub: 'eve' }))}.${signature}`;
      },
      'answer-malformed',
    ],
    ['of another audience', withClaims({ aud: 'somebody else' }), 'token-claim'],
    ['of several audiences and no party', withClaims({ aud: [CLIENT, 'somebody else'] }), 'token-claim'],
    ['of another issuer', withClaims({ iss: 'https://evil.example' }), 'token-claim'],
    [
      'of the template of an issuer',
      withClaims({ iss: 'https://login.microsoftonline.com/{tenantid}/v2.0' }),
      'token-claim',
    ],
    ['with another nonce', withClaims({ nonce: 'another' }), 'token-claim'],
    ['without a nonce', withClaims({ nonce: undefined }), 'answer-malformed'],
    ['of nobody', withClaims({ sub: '' }), 'subject-missing'],
    ['that has expired 61 seconds ago', withClaims(() => ({ exp: nowSeconds() - 61 })), 'token-time'],
    ['that is valid in 62 seconds', withClaims(() => ({ nbf: nowSeconds() + 62 })), 'token-time'],
    ['that was issued 62 seconds ahead', withClaims(() => ({ iat: nowSeconds() + 62 })), 'token-time'],
  ])('%s', async (_, token, reason) => {
    idToken = async (asked) => token(asked);
    const answer = await signIn();
    expect([answer.status, answer.body.errors?.[0]?.code], answer.text).toEqual([401, reason]);
    await nothingIsLeft();
  });
});

describe('an ID token is good', () => {
  test.each<[string, Claims | (() => Claims)]>([
    ['as it should be', {}],
    ['that has expired 58 seconds ago', () => ({ exp: nowSeconds() - 58 })],
    ['that is valid in 59 seconds', () => ({ nbf: nowSeconds() + 59 })],
    ['that was issued 59 seconds ahead', () => ({ iat: nowSeconds() + 59 })],
    ['of one audience in a list', { aud: [CLIENT] }],
  ])('%s', async (_, claims) => {
    idToken = withClaims(claims);
    expect(outcome(await signIn())).toEqual([200, undefined]);
  });
});

describe('somebody whom the provider vouches for is refused', () => {
  test.each<[string, Claims, string]>([
    ['without the claim', { groups: undefined }, 'no-role'],
    ['with a value of another case', { groups: ['Everyone'] }, 'no-role'],
    ['with a value that contains it', { groups: 'not everyone' }, 'no-role'],
    ['with an object for a claim', { groups: { everyone: true } }, 'no-role'],
    [
      'when their groups stand elsewhere',
      { groups: undefined, _claim_names: { groups: 'src1' } },
      'groups-overage',
    ],
    [
      'when a part of their groups does',
      { groups: ['everyone'], _claim_names: { groups: 'src1' } },
      'groups-overage',
    ],
    ['when they have too many groups', { groups: undefined, hasgroups: true }, 'groups-overage'],
  ])('%s', async (_, claims, reason) => {
    idToken = withClaims(claims);
    expect(outcome(await signIn())).toEqual([403, reason]);
    await nothingIsLeft();
  });
});

test.each([
  'eve@forged.example\r\nBcc: ada@acme.example',
  'eve@forged.example\n',
  'Eve <eve@forged.example>',
])('an address %j that a provider sends is not taken for one', async (email) => {
  idToken = withClaims({ email });
  const answer = await signIn();
  expect([answer.status, answer.body.user?.email]).toEqual([
    200,
    expect.stringMatching(/^[\w-]+@no-address\.invalid$/),
  ]);
});

describe('a provider is not followed', () => {
  test.each<[string, () => Claims, unknown]>([
    ['when it calls itself otherwise', () => ({ issuer: 'https://evil.example' }), [401, 'issuer-mismatch']],
    [
      'when its issuer is a template',
      () => ({ issuer: `${issuer}/{tenantid}/v2.0` }),
      [401, 'issuer-mismatch'],
    ],
    [
      'to a page that is none',
      () => ({ authorization_endpoint: 'javascript:alert(1)' }),
      [401, 'provider-address'],
    ],
    [
      'to a page in our network',
      () => ({ authorization_endpoint: 'https://10.0.0.1/' }),
      [401, 'provider-address'],
    ],
    [
      'to our network for tokens',
      () => ({ token_endpoint: 'https://10.0.0.1/token' }),
      [401, 'provider-address'],
    ],
    [
      'to the cloud’s metadata for keys',
      () => ({ jwks_uri: 'https://169.254.169.254/keys' }),
      [401, 'provider-address'],
    ],
    ['to where nobody listens', () => ({ token_endpoint: 'http://localhost:1/token' }), [503, undefined]],
  ])('%s', async (_, said, expected) => {
    metadata = said();
    idToken = withClaims({});
    expect(outcome(await signIn())).toEqual(expected);
    await nothingIsLeft();
  });

  test('when the answer names another issuer', async () => {
    idToken = withClaims({});
    expect(outcome(await signIn({ code: 'a code', iss: 'https://evil.example' }))).toEqual([
      401,
      'answer-malformed',
    ]);
  });
});

describe('a logout token is refused', () => {
  const EVENT = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const logout = (more: Claims, header: Claims = {}, key = good.privateKey): Promise<string> =>
    signed(
      {
        iss: issuer,
        aud: CLIENT,
        sub: 'ada',
        iat: nowSeconds(),
        exp: nowSeconds() + 120,
        jti: randomUUID(),
        events: EVENT,
        ...more,
      },
      key,
      { typ: 'logout+jwt', ...header },
    );

  test.each<[string, () => Promise<string>]>([
    ['of another type', () => logout({}, { typ: 'JWT' })],
    ['of another key', () => logout({}, {}, other.privateKey)],
    ['of another issuer', () => logout({ iss: 'https://evil.example' })],
    ['of another client', () => logout({ aud: 'somebody else' })],
    ['without its event', () => logout({ events: {} })],
    ['with a nonce', () => logout({ nonce: 'n' })],
    ['of nobody', () => logout({ sub: undefined })],
    ['of ten minutes ago', () => logout({ iat: nowSeconds() - 600 })],
    ['that is an ID token', () => signed(claimsOf({ nonce: 'n', issuer }))],
    ['that is none', async () => 'x.y.z'],
  ])('%s', async (_, token) => {
    expect((await endSessions(connection, await token())).status).toBe(401);
  });

  test('and one that is good is not', async () => {
    expect((await endSessions(connection, await logout({}))).status).toBe(200);
  });
});
