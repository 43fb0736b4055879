import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { listAudit } from '#audit/audit.routes.ts';
import { handler as listAuditHandler } from '#functions/audit/list-audit.ts';
import { handler as listUsersHandler } from '#functions/identity/list-users.ts';
import { signAccessToken } from '#identity/sign-in/access-token.ts';
import { listUsers } from '#identity/users/users.routes.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call, proxyEvent } from '#tests/support/request.ts';
import { authorizerVerdict, publishTestKey, type TestKey } from '#tests/support/sign-in.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let key: TestKey;
let tenant: TestTenant;
let fetched = 0;
const trap = createServer((_, response) => {
  fetched += 1;
  response.end(JSON.stringify({ keys: [] }));
});
let trapUrl: string;

beforeAll(async () => {
  database = await testDatabase();
  key = await publishTestKey(database.admin);
  tenant = await insertTestTenant(database.admin, 'ISSUER');
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  trapUrl = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/keys`;
});

afterAll(async () => {
  trap.close();
  await database.close();
});

const claims = () => ({ tid: tenant.id, role: 'ADMIN', tty: 'ISSUER' });

interface Forgery {
  readonly header?: Record<string, unknown>;
  readonly payload?: Record<string, unknown>;
  readonly key?: Parameters<SignJWT['sign']>[0];
}

/** A token that is right but for what is named. */
function token({
  header = {},
  payload = {},
  key: signingKey = key.privateKey,
}: Forgery = {}): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return new SignJWT({
    ...claims(),
    iss: 'urn:vestry:test',
    sid: tenant.as('ADMIN').sessionId,
    aud: 'vestry-api',
    sub: tenant.as('ADMIN').actorId,
    iat: nowSeconds,
    exp: nowSeconds + 900,
    ...payload,
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header })
    .sign(signingKey);
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token with a header of our own making and whatever signature. */
async function reheaded(header: object, signature?: (signed: string) => string): Promise<string> {
  const [, payload, original] = (await token()).split('.');
  const signed = `${encode(header)}.${payload}`;
  return `${signed}.${signature?.(signed) ?? original}`;
}

const verdict = async (forged: string | Promise<string>) => authorizerVerdict(`Bearer ${await forged}`);

test('a token of ours is accepted, with its claims', async () => {
  expect(await verdict(token())).toMatchObject({ tid: tenant.id, role: 'ADMIN', tenantType: 'ISSUER' });
  const { actorId } = tenant.as('OPS');
  const signed = signAccessToken(
    { kid: key.kid, privateJwk: key.privateKey.export({ format: 'jwk' }) },
    { sub: actorId, sid: 's-1', tid: tenant.id, role: 'OPS', tenantType: 'ISSUER', employeeId: 'E-1' },
  );
  expect(await verdict(signed)).toMatchObject({ sub: actorId, role: 'OPS', employeeId: 'E-1' });
});

describe('refused', () => {
  test.each(['none', 'None', 'NONE', 'nOnE', ''])('algorithm %j', async (alg) => {
    const header = { alg, typ: 'at+jwt', kid: key.kid };
    expect(await verdict(reheaded(header, () => ''))).toBeUndefined();
    expect(await verdict(reheaded(header))).toBeUndefined();
  });

  test('HS256, signed with the public key', async () => {
    const secret = createPublicKey({ key: key.publicJwk as JsonWebKey, format: 'jwk' }).export({
      format: 'pem',
      type: 'spki',
    });
    const header = { alg: 'HS256', typ: 'at+jwt', kid: key.kid };
    const signature = (signed: string) => createHmac('sha256', secret).update(signed).digest('base64url');
    expect(await verdict(reheaded(header, signature))).toBeUndefined();
  });

  test('another key’s signature', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await verdict(token({ key: privateKey }))).toBeUndefined();
  });

  const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;
  test.each<[string, Forgery]>([
    ['expired', { payload: { exp: seconds(-61) } }],
    ['not yet valid', { payload: { nbf: seconds(120) } }],
    ['another audience', { payload: { aud: 'another-api' } }],
    ['another issuer', { payload: { iss: 'urn:vestry:production' } }],
    ['no subject', { payload: { sub: undefined } }],
    ['no session', { payload: { sid: undefined } }],
    ['no tenant', { payload: { tid: undefined } }],
    ['no role', { payload: { role: undefined } }],
    ['no expiry', { payload: { exp: undefined } }],
    ['another type', { header: { typ: 'JWT' } }],
    ['no type', { header: { typ: undefined } }],
    ['an unknown kid', { header: { kid: 'unknown' } }],
    ['a kid that is a path', { header: { kid: '../../../dev/null' } }],
    ['a kid that is SQL', { header: { kid: `x' union select '1` } }],
    ['no kid', { header: { kid: undefined } }],
  ])('%s', async (_, forgery) => {
    expect(await verdict(token(forgery))).toBeUndefined();
  });

  test.each(['jku', 'x5u', 'jwk', 'x5c', 'x5t', 'x5t#S256'])(
    'a key by %s, without asking for it',
    async (name) => {
      const value = name === 'jwk' ? key.publicJwk : name === 'x5c' ? [] : trapUrl;
      expect(await verdict(token({ header: { [name]: value } }))).toBeUndefined();
      expect(fetched).toBe(0);
    },
  );

  test('critical extensions', async () => {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: key.kid, crit: ['exp'], exp: 1 };
    expect(await verdict(reheaded(header))).toBeUndefined();
  });

  test.each([
    ['an empty signature', (valid: string) => `${valid.split('.').slice(0, 2).join('.')}.`],
    ['no signature', (valid: string) => valid.split('.').slice(0, 2).join('.')],
    ['a changed payload', (valid: string) => valid.replace(/\.(.)/, (_, c) => `.${c === 'e' ? 'f' : 'e'}`)],
    ['a fifth part', (valid: string) => `${valid}.a.b`],
    ['a refresh token', () => `${tenant.id}.${'a'.repeat(43)}`],
    ['nothing', () => ''],
  ])('%s', async (_, forge) => {
    expect(await verdict(forge(await token()))).toBeUndefined();
  });

  test.each(['Bearer ', 'bearer ', 'BEARER ', 'bEaReR  '])(
    'but the scheme is in any case (%s)',
    async (scheme) => {
      expect(await authorizerVerdict(`${scheme}${await token()}`)).toBeDefined();
    },
  );

  test('two Authorization headers, and other schemes', async () => {
    const valid = await token();
    expect(await authorizerVerdict([`Bearer ${valid}`, `Bearer ${valid}`])).toBeUndefined();
    expect(await authorizerVerdict(`Basic ${valid}`)).toBeUndefined();
    expect(await authorizerVerdict(valid)).toBeUndefined();
  });
});

test('a function refuses an expired verdict, a second header and none at all, as 401', async () => {
  const as = tenant.as('ADMIN');
  expect((await call(listUsersHandler, listUsers, { as })).status).toBe(200);
  expect((await call(listUsersHandler, listUsers, {})).status).toBe(401);
  const twice = await call(listUsersHandler, listUsers, {
    as,
    headers: { Authorization: ['Bearer a', 'Bearer b'] },
  });
  expect(twice).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } });
  expect(twice.header('www-authenticate')).toBe('Bearer');
  const event = proxyEvent(listUsers, { as });
  Object.assign(event.requestContext.authorizer ?? {}, { exp: '1' });
  const { statusCode } = await listUsersHandler(event, { getRemainingTimeInMillis: () => 1000 } as never);
  expect(statusCode).toBe(401);
});

test('a tenant in a header is ignored', async () => {
  const other = await insertTestTenant(database.admin, 'ISSUER');
  const headers = { 'X-Tenant-ID': other.id, 'X-HTTP-Method-Override': 'DELETE' };
  const answer = await call(listUsersHandler, listUsers, { as: tenant.as('ADMIN'), headers });
  expect(new Set(answer.body.data.map(({ tenant_id }: { tenant_id: string }) => tenant_id))).toEqual(
    new Set([tenant.id]),
  );
});

test('a refused token leaves an entry a minute, source and operation, in the trail that operators read', async () => {
  const operator = await insertTestOperator(database.admin);
  const source = '198.51.100.77';
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  try {
    for (let times = 0; times < 3; times += 1)
      for (const path of ['/api/users/{id}', '/api/payments'])
        expect(await authorizerVerdict('Bearer a.b.c', source, path)).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
  const { status, body } = await call(listAuditHandler, listAudit, {
    as: operator,
    query: { resource: 'GET /api/users/{id}' },
  });
  expect(status).toBe(200);
  expect(body.data.filter(({ source_ip }: { source_ip: string }) => source_ip === source)).toMatchObject([
    {
      action: 'access.denied',
      outcome: 'refused',
      problem: 'unauthenticated',
      actor_role: 'ANONYMOUS',
      actor_id: null,
    },
  ]);
  expect((await call(listAuditHandler, listAudit, { as: tenant.as('ADMIN') })).text).not.toContain(
    'GET /api/users/{id}',
  );
});
