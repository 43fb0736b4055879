import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approveChange } from '#approvals/approvals.routes.ts';
import { handler as approveChangeHandler } from '#functions/approvals/approve-change.ts';
import { handler as createHandler } from '#functions/identity/create-api-key.ts';
import { handler as getHandler } from '#functions/identity/get-api-key.ts';
import { handler as tokenHandler } from '#functions/identity/issue-client-token.ts';
import { handler as listHandler } from '#functions/identity/list-api-keys.ts';
import { handler as revokeHandler } from '#functions/identity/revoke-api-key.ts';
import { handler as rotateHandler } from '#functions/identity/rotate-api-key.ts';
import { handler as listTransactionsHandler } from '#functions/payments/list-transactions.ts';
import { handler as setSettingsHandler } from '#functions/register/set-register-settings.ts';
import { handler as kycHandler } from '#functions/register/set-shareholder-kyc.ts';
import * as routes from '#identity/api-keys/api-keys.routes.ts';
import { rotateSigningKeys } from '#identity/keys/signing-keys.ts';
import { listTransactions } from '#payments/orders/orders.routes.ts';
import type { AuthorizerContext, Principal } from '#platform/http/authorize.ts';
import { principalOf } from '#platform/http/authorize.ts';
import { maskText } from '#platform/observability/mask.ts';
import { setRegisterSettings } from '#register/limits/register-settings.routes.ts';
import { setShareholderKyc } from '#register/shareholders.routes.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Register } from '#tests/support/register.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { authorizerVerdict } from '#tests/support/sign-in.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;

const IN_A_DAY = () => new Date(Date.now() + 86_400_000).toISOString();
const ADDRESS = '203.0.113.7';
let names = 0;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  await rotateSigningKeys(new Date());
  acme = await insertTestTenant(database.admin, 'ISSUER');
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const propose = (body: object = {}, as: Principal = acme.as('ADMIN')): Promise<TestResponse> => {
  names += 1;
  const key = { name: `Key ${names}`, role: 'OPS', expires_at: IN_A_DAY(), ...body };
  return call(createHandler, routes.createApiKey, { as, body: key });
};

/** A key that a second person has approved. */
async function keyOf(body: object = {}): Promise<{ id: string; secret: string }> {
  const asked = await propose(body);
  await approved(acme, asked);
  return { id: asked.body.subject.id, secret: asked.body.secret };
}

/** Returns the caller whom the authorizer makes of a key's secret, or of a token; undefined where it refuses. */
async function callerOf(token: string): Promise<Principal | undefined> {
  const context = (await authorizerVerdict(`Bearer ${token}`, ADDRESS)) as AuthorizerContext | undefined;
  return context && principalOf({ requestContext: { authorizer: context } } as never);
}

async function admitted(token: string): Promise<Principal> {
  const caller = await callerOf(token);
  if (caller === undefined) throw new Error('the key is refused');
  return caller;
}

const read = (as: Principal, address = ADDRESS) =>
  call(listTransactionsHandler, listTransactions, { as, address });

describe('an API key', () => {
  test('lets in once a second person has approved it, with its role and as itself in the trail', async () => {
    const asked = await propose();
    expect(asked.body).toMatchObject({
      kind: 'api-key',
      state: 'PENDING',
      secret: expect.stringMatching(/^vk_test_[0-9a-f]{32}_[0-9a-f]{72}$/),
    });
    const { secret } = asked.body;
    expect(await callerOf(secret)).toBeUndefined();
    await approved(acme, asked);
    const caller = await admitted(secret);
    expect((await read(caller)).status).toBe(200);
    const settings = { as: caller, body: {}, headers: { 'If-Match': '"1"' } };
    const refused = await call(setSettingsHandler, setRegisterSettings, settings);
    expect([refused.status, refused.body.type]).toEqual([403, '/problems/forbidden']);
    const { rows } = await database.admin.query(
      `select actor_role, action from audit_log where tenant_id = $1 and actor_id = $2`,
      [acme.id, asked.body.subject.id],
    );
    expect(rows).toContainEqual({ actor_role: 'KEY:OPS', action: 'access.denied' });
    const shown = await call(getHandler, routes.getApiKey, {
      as: acme.as('COMPLIANCE'),
      params: { id: asked.body.subject.id },
    });
    expect(shown.body).toMatchObject({
      status: 'ACTIVE',
      last_used_from: ADDRESS,
      made_by: acme.as('ADMIN').actorId,
    });
    expect(Date.now() - Date.parse(shown.body.last_used_at)).toBeLessThan(60_000);
    const kept = await database.admin.query(
      `select (select string_agg(a::text, ' ') from audit_log a) || (select string_agg(r::text, ' ') from change_requests r)
         || (select string_agg(k::text, ' ') from api_key_secrets k) || (select coalesce(string_agg(i::text, ' '), '') from idempotency_keys i) as kept`,
    );
    expect(kept.rows[0].kept).not.toContain(secret.slice(-72));
    expect(maskText(`key ${secret} refused`)).toBe('key *** refused');
  });

  test('does what its operations and networks say, and nothing else', async () => {
    const one = await admitted((await keyOf({ routes: ['listShareholders'] })).secret);
    expect((await read(one)).body.detail).toMatch('listTransactions');
    const near = await admitted((await keyOf({ networks: ['203.0.113.0/29', '2001:db8::/32'] })).secret);
    expect((await read(near)).status).toBe(200);
    expect((await read(near, '2001:db8::1')).status).toBe(200);
    for (const address of ['203.0.113.8', '2001:db9::1', '198.51.100.1'])
      expect((await read(near, address)).body.detail, address).toMatch('address');
  });

  test('is held to its own networks, and without any to those of its tenant', async () => {
    const near = await admitted((await keyOf({ networks: ['198.51.100.0/24'] })).secret);
    const { id, secret } = await keyOf();
    const any = await admitted(secret);
    const setNetworks = (networks: string[] | null) =>
      database.admin.query(
        `insert into sign_in_settings (tenant_id, sso_required, networks) values ($1, false, $2)
           on conflict (tenant_id) do update set networks = excluded.networks`,
        [acme.id, networks],
      );
    await setNetworks(['192.0.2.0/24']);
    try {
      expect((await read(near, '198.51.100.1')).status).toBe(200);
      expect((await read(near, '192.0.2.1')).body.detail).toMatch('The API key may not be used');
      expect((await read(any, '192.0.2.1')).status).toBe(200);
      expect((await read(any)).body.type).toBe('/problems/network-not-allowed');
      const token = await tokenFor(id, secret);
      expect([token.status, token.body.error]).toEqual([403, 'unauthorized_client']);
    } finally {
      await setNetworks(null);
    }
  });

  test('decides on nothing, and stands for whoever has made it', async () => {
    const officer = await admitted((await keyOf({ role: 'COMPLIANCE' })).secret);
    const waiting = await propose();
    const decision = { as: officer, params: { id: waiting.body.id } };
    expect((await call(approveChangeHandler, approveChange, decision)).status).toBe(403);
    const holder = await new Register(acme.as('OPS')).holder('10');
    const kyc = {
      as: officer,
      params: { id: holder.id },
      body: { status: 'VERIFIED' },
      headers: { 'If-Match': '"1"' },
    };
    expect((await call(kycHandler, setShareholderKyc, kyc)).status).toBe(403);

    const program = await admitted((await keyOf()).secret);
    await database.admin.query('delete from register_settings where tenant_id = $1', [acme.id]);
    const asked = await new Register(program).update(holder.id, { holdings: '5000' });
    expect(asked.body).toMatchObject({ kind: 'position', requested_by: program.actorId });
    expect((await new Approvals(acme.as('ADMIN')).approve(asked.body.id)).body.type).toBe(
      '/problems/four-eyes',
    );
    expect((await new Approvals(acme.as('COMPLIANCE')).approve(asked.body.id)).status).toBe(200);
  });

  test('has two secrets at most while it is rotated', async () => {
    const { id, secret: first } = await keyOf();
    const rotate = (body: object = {}) =>
      call(rotateHandler, routes.rotateApiKey, { as: acme.as('ADMIN'), params: { id }, body });
    const second = (await rotate()).body.secret;
    expect([await callerOf(first), await callerOf(second)]).toEqual([expect.anything(), expect.anything()]);
    const third = (await rotate()).body.secret;
    expect([await callerOf(first), await callerOf(second), await callerOf(third)]).toEqual([
      undefined,
      expect.anything(),
      expect.anything(),
    ]);
    const last = (await rotate({ overlap_hours: 0 })).body.secret;
    expect([await callerOf(third), await callerOf(last)]).toEqual([undefined, expect.anything()]);
  });
});

/** The ways in which a key ends while the gateway still remembers its verdict. */
const ENDS: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  revoked: (id) => call(revokeHandler, routes.revokeApiKey, { as: acme.as('ADMIN'), params: { id } }),
  expired: (id) => past(`update api_keys set expires_at = now() where id = $1`, [id]),
  'its secret replaced': (id) =>
    call(rotateHandler, routes.rotateApiKey, {
      as: acme.as('ADMIN'),
      params: { id },
      body: { overlap_hours: 0 },
    }),
  'whoever has seen its secret disabled': (id) =>
    past(
      `update api_key_secrets set issued_to = (select id from users where tenant_id = $2 and role = 'EMPLOYEE' limit 1) where api_key_id = $1`,
      [id, acme.id],
    ),
};

async function past(text: string, values: unknown[]): Promise<void> {
  const client = await database.admin.connect();
  await client.query('set session_replication_role = replica');
  await client.query(text, values);
  await client.query('set session_replication_role = origin');
  client.release();
}

test.each(Object.entries(ENDS))('a key that is %s is refused with its next request', async (_, end) => {
  const { id, secret } = await keyOf();
  const caller = await admitted(secret);
  const token = (await tokenFor(id, secret)).body.access_token;
  const bearer = await admitted(token);
  expect([(await read(caller)).status, (await read(bearer)).status]).toEqual([200, 200]);
  await end(id);
  expect([(await read(caller)).status, (await read(bearer)).status]).toEqual([401, 401]);
  expect(await callerOf(secret)).toBeUndefined();
  expect((await tokenFor(id, secret)).body).toMatchObject({ error: 'invalid_client' });
});

test('a key goes with the rights of its maker', async () => {
  const { secret } = await keyOf();
  const caller = await admitted(secret);
  const setRole = (role: string) =>
    database.admin.query('update users set role = $2 where id = $1', [acme.as('ADMIN').actorId, role]);
  await setRole('OPS');
  expect((await read(caller)).status).toBe(401);
  await setRole('ADMIN');
  expect((await read(caller)).status).toBe(200);
});

const FORM = 'application/x-www-form-urlencoded';
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

function requestToken(body: string, headers: Record<string, string | string[]> = {}): Promise<TestResponse> {
  return call(tokenHandler, routes.issueClientToken, {
    body,
    headers: { 'Content-Type': FORM, ...headers },
    address: ADDRESS,
  });
}

const tokenFor = (id: string, secret: string) =>
  requestToken(`grant_type=client_credentials&client_id=${id}&client_secret=${secret}`);

describe('the token endpoint', () => {
  test('answers a token that does what the key does, by header or by body', async () => {
    const { id, secret } = await keyOf({ routes: ['listTransactions'] });
    const byHeader = await requestToken('grant_type=client_credentials', {
      Authorization: basic(id, secret),
    });
    for (const answer of [byHeader, await tokenFor(id, secret)]) {
      expect(answer.status, answer.text).toBe(200);
      expect(answer.body).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 900,
      });
      expect(answer.header('cache-control')).toBe('no-store');
      const caller = await admitted(answer.body.access_token);
      expect((await read(caller)).status).toBe(200);
      expect(caller.key).toEqual({ routes: ['listTransactions'] });
    }
    const elsewhere = await keyOf({ networks: ['198.51.100.0/24'] });
    expect((await tokenFor(elsewhere.id, elsewhere.secret)).body.error).toBe('invalid_client');
  });

  test('answers errors as RFC 6749 has them', async () => {
    const { id, secret } = await keyOf();
    const other = await keyOf();
    const wrong = secret.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const grant = 'grant_type=client_credentials';
    const header = { Authorization: basic(id, secret) };
    const cases: readonly (readonly [string, Record<string, string | string[]>, number, string])[] = [
      [`${grant}&client_id=${id}&client_secret=${wrong}`, {}, 401, 'invalid_client'],
      [`${grant}&client_id=${other.id}&client_secret=${secret}`, {}, 401, 'invalid_client'],
      [`${grant}&client_id=${id}`, {}, 401, 'invalid_client'],
      [grant, { Authorization: 'Bearer x' }, 401, 'invalid_client'],
      [grant, { Authorization: basic('', '') }, 401, 'invalid_client'],
      ['', header, 400, 'invalid_request'],
      [`${grant}&${grant}`, header, 400, 'invalid_request'],
      [`${grant}&client_secret=${secret}`, header, 400, 'invalid_request'],
      [`${grant}&x=${'x'.repeat(5_000)}`, header, 400, 'invalid_request'],
      ['grant_type=password&username=a&password=b', header, 400, 'unsupported_grant_type'],
    ];
    for (const [body, headers, status, error] of cases) {
      const answer = await requestToken(body, headers);
      expect([answer.status, answer.body.error, typeof answer.body.error_description], body).toEqual([
        status,
        error,
        'string',
      ]);
      if (status === 401) expect(answer.header('www-authenticate')).toMatch(/^Basic/);
      expect(answer.text).not.toContain(secret);
    }
    expect((await requestToken('{}', { 'Content-Type': 'application/json' })).body.error).toBe(
      'invalid_request',
    );
  });

  test('answers nothing for a suspended tenant', async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const asked = await propose({}, tenant.as('ADMIN'));
    await approved(tenant, asked);
    await database.admin.query(`update tenants set status = 'SUSPENDED' where id = $1`, [tenant.id]);
    expect((await tokenFor(asked.body.subject.id, asked.body.secret)).body.error).toBe('unauthorized_client');
  });
});

describe('what is wrong with a key is said', () => {
  test.each([
    ['/role', { role: 'ADMIN' }],
    ['/role', { role: 'OPERATOR' }],
    ['/expires_at', { expires_at: '2020-01-01T00:00:00Z' }],
    ['/expires_at', { expires_at: new Date(Date.now() + 367 * 86_400_000).toISOString() }],
    ['/expires_at', { expires_at: undefined }],
    ['/routes', { routes: [] }],
    ['/routes/0', { routes: ['GET /users'] }],
    ['/routes/1', { routes: ['listTransactions', 'listTransaction'] }],
    ['/routes/1', { routes: ['listTransactions', 'toString'] }],
    ['/routes/0', { routes: ['listAudit'] }],
    ['/routes/0', { routes: ['createUser', 'listTransactions'] }],
    ['/routes/0', { routes: ['approveChange'], role: 'COMPLIANCE' }],
    ['/routes/0', { routes: ['login'] }],
    ['/routes/0', { routes: ['listMySessions'] }],
    ['/routes/0', { routes: ['listTransactions'], role: 'DIRECTORY' }],
    ['/routes/2', { routes: ['listTransactions', 'listShareholders', 'enrollPlan'] }],
    ['/networks', { networks: Array.from({ length: 21 }, () => '203.0.113.0/24') }],
    ['/networks/0', { networks: ['203.0.113.0/33'] }],
    ['/networks/0', { networks: ['203.0.113.0'] }],
    ['/networks/0', { networks: ['999.0.113.0/24'] }],
    ['/networks/0', { networks: [`${'1'.repeat(1_000_000)}/24`] }],
    ['/name', { name: '' }],
  ])('%s %j', async (pointer, body) => {
    const answer = await propose(body);
    expect([answer.status, answer.body.errors?.[0]?.pointer], answer.text.slice(0, 300)).toEqual([
      422,
      pointer,
    ]);
  });

  test('two keys of one name', async () => {
    const name = 'The same';
    expect((await propose({ name })).status).toBe(202);
    expect((await propose({ name })).body.type).toBe('/problems/api-key-exists');
  });

  test('a key is proposed by an ADMIN, and listed without its secret', async () => {
    for (const role of ['OPS', 'COMPLIANCE', 'EMPLOYEE'] as const)
      expect((await propose({}, acme.as(role))).status).toBe(403);
    const list = await call(listHandler, routes.listApiKeys, { as: acme.as('ADMIN') });
    expect(list.body.data.length).toBeGreaterThan(1);
    expect(list.text).not.toMatch(/vk_|secret/);
  });
});

test.each(['vk_', 'vk_test_x', `vk_test_${'0'.repeat(32)}_${'0'.repeat(72)}`, `vk_${'a'.repeat(300)}`])(
  'nobody is let in by %s',
  async (token) => {
    expect(await callerOf(token)).toBeUndefined();
  },
);
