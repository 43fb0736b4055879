import diagnostics from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '#platform/http/authorize.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import type { TestResponse } from '#tests/support/request.ts';
import {
  callersExist,
  insertTestOperator,
  insertTestTenant,
  type TestTenant,
} from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { callerOf, callRoute, digestOfTables, sendExample } from './route-fixtures.ts';

const FIELD_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:field-key';

/** The ways in which a person is put out while their access token goes on. */
const WAYS_OF_PEOPLE: Readonly<Record<string, string>> = {
  disabled: `update users set status = 'DISABLED' where tenant_id = $1 and id = $2 and $3::uuid is not null`,
  'given another role': `update users set role = case role when 'OPS' then 'EMPLOYEE' else 'OPS' end
    where tenant_id = $1 and id = $2 and $3::uuid is not null`,
  'made another employee': `update users set employee_id = 'E-another' where tenant_id = $1 and id = $2 and $3::uuid is not null`,
  'signed out': `update refresh_tokens set revoked_at = now() where tenant_id = $1 and user_id = $2 and family_id = $3`,
  'idle for too long': `update refresh_tokens set expires_at = now() where tenant_id = $1 and user_id = $2 and family_id = $3`,
  'another’s session': `update refresh_tokens set family_id = uuid_v7() where tenant_id = $1 and user_id = $2 and family_id = $3`,
};

/** An operator has no other role to be given. */
const { 'given another role': _, ...WAYS_OF_OPERATORS } = WAYS_OF_PEOPLE;

/** The ways in which a key is put out while the gateway remembers it. */
const WAYS_OF_KEYS: Readonly<Record<string, string>> = {
  revoked: `update api_keys set status = 'REVOKED' where tenant_id = $1 and id = $2 and $3::uuid is not null`,
  expired: `update api_keys set expires_at = now() where tenant_id = $1 and id = $2 and $3::uuid is not null`,
  'given another role': `update api_keys set role = 'OPS' where tenant_id = $1 and id = $2 and $3::uuid is not null`,
  'by a secret that has ended': `update api_key_secrets set ends_at = now() where tenant_id = $1 and api_key_id = $2 and id = $3`,
  'by another secret': `update api_key_secrets set id = uuid_v7() where tenant_id = $1 and api_key_id = $2 and id = $3`,
  'of a disabled ADMIN': `update users set status = 'DISABLED' where tenant_id = $1 and id = (select made_by from api_keys where id = $2)
    and $3::uuid is not null`,
  'of somebody who was ADMIN': `update users set role = 'OPS' where tenant_id = $1 and id = (select made_by from api_keys where id = $2)
    and $3::uuid is not null`,
};

let database: TestDatabase;
let aws: TestAws;
let tables: string[];
let operator: Principal;
/** The tenant that operators act on. */
let managed: TestTenant;
const tenants: Record<'ISSUER' | 'SPONSOR', TestTenant> = {} as never;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws({ secrets: [{ name: 'field-key', arn: FIELD_KEY_ARN, initialValue: 'of the test' }] });
  process.env.FIELD_KEY_SECRET_ARN = FIELD_KEY_ARN;
  for (const type of ['ISSUER', 'SPONSOR'] as const) {
    tenants[type] = await insertTestTenant(database.admin, type);
    await fillTables(database.admin, [tenants[type].id]);
  }
  operator = await insertTestOperator(database.admin);
  managed = await insertTestTenant(database.admin, 'ISSUER');
  const { rows } = await database.admin.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'vestry'::regnamespace and relkind = 'r'`,
  );
  tables = rows
    .map(({ name }) => name)
    .filter((name) => !['users', 'refresh_tokens', 'api_keys', 'api_key_secrets'].includes(name));
  // Keys change here as they never do, and back.
  await database.admin.query('alter table api_keys disable trigger guard_api_key');
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

const withCaller = routes.filter(({ roles }) => roles !== 'PUBLIC');

function tenantOf(route: RouteEntry): TestTenant {
  return tenants[route.tenants?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER'];
}

/** Puts a caller out for as long as `work` takes. */
async function putOut<T>(as: Principal, change: string, work: () => Promise<T>): Promise<T> {
  await database.admin.query(change, [as.tenantId, as.actorId, as.sessionId]);
  try {
    return await work();
  } finally {
    await (as.key === undefined ? restoreUser(as) : restoreKey(as));
  }
}

async function restoreUser({ tenantId, actorId, actorRole, employeeId, sessionId }: Principal) {
  await database.admin.query(
    `update users set status = 'ACTIVE', role = $3, employee_id = $4 where tenant_id = $1 and id = $2`,
    [tenantId, actorId, actorRole, employeeId ?? null],
  );
  await database.admin.query(
    `update refresh_tokens set revoked_at = null, expires_at = now() + interval '1 hour', family_id = $3
       where tenant_id = $1 and user_id = $2`,
    [tenantId, actorId, sessionId],
  );
}

async function restoreKey({ tenantId, actorId, actorRole, sessionId }: Principal) {
  const { rows } = await database.admin.query<{ made_by: string }>(
    `update api_keys set status = 'ACTIVE', role = $3, expires_at = now() + interval '1 day'
       where tenant_id = $1 and id = $2 returning made_by`,
    [tenantId, actorId, actorRole],
  );
  await database.admin.query(
    `update api_key_secrets set ends_at = null, id = $3 where tenant_id = $1 and api_key_id = $2`,
    [tenantId, actorId, sessionId],
  );
  await database.admin.query(
    `update users set status = 'ACTIVE', role = 'ADMIN' where tenant_id = $1 and id = $2`,
    [tenantId, rows[0]?.made_by],
  );
}

/** Runs while a tenant lets nobody in from where the requests of tests come from. */
async function withNetworks(tenantId: string, run: () => Promise<unknown>): Promise<void> {
  const { rows } = await database.admin.query('select networks from sign_in_settings where tenant_id = $1', [
    tenantId,
  ]);
  await database.admin.query(
    `insert into sign_in_settings (tenant_id, sso_required, networks) values ($1, false, '{198.51.100.0/24}')
       on conflict (tenant_id) do update set networks = excluded.networks`,
    [tenantId],
  );
  await run();
  await (rows.length === 0
    ? database.admin.query('delete from sign_in_settings where tenant_id = $1', [tenantId])
    : database.admin.query('update sign_in_settings set networks = $2 where tenant_id = $1', [
        tenantId,
        rows[0].networks,
      ]));
}

let outside = 0;
let everOutside = false;
for (const channel of ['http.client.request.start', 'undici:request:create'])
  diagnostics.subscribe(channel, () => {
    outside += 1;
  });

const unauthenticated = { status: 401, body: { type: '/problems/unauthenticated' } };

describe.each(withCaller)('$method $path', (route) => {
  test('is refused to whoever has been put out, whatever they send, and leaves nothing', async () => {
    const tenant = tenantOf(route);
    const as = callerOf(route, tenant) ?? operator;
    await callersExist();
    const send = (request: object = {}): Promise<TestResponse> =>
      as === operator
        ? callRoute(route, { as, params: { id: managed.id }, body: route.example, ...request })
        : sendExample(database.admin, route, tenant, request);
    const before = await digestOfTables(database.admin, tables);
    outside = 0;
    const ways = as === operator ? WAYS_OF_OPERATORS : as.key === undefined ? WAYS_OF_PEOPLE : WAYS_OF_KEYS;
    for (const [way, change] of Object.entries(ways)) {
      await putOut(as, change, async () => {
        expect(await send(), way).toMatchObject(unauthenticated);
        expect(await send({ body: '{"of": "no shape"' }), `${way}, malformed`).toMatchObject(unauthenticated);
        expect(await send({ query: { unknown: '1' } }), `${way}, unknown`).toMatchObject(unauthenticated);
      });
    }
    if (route.audit !== undefined && as !== operator) {
      const suspend = `update tenants set status = $2 where id = $1`;
      await database.admin.query(suspend, [tenant.id, 'SUSPENDED']);
      expect(await send(), 'suspended').toMatchObject({
        status: 403,
        body: { type: '/problems/tenant-suspended' },
      });
      await database.admin.query(suspend, [tenant.id, 'ACTIVE']);
    }
    if (as !== operator) {
      await withNetworks(as.tenantId, async () =>
        expect(await send({ query: { unknown: '1' } }), 'from elsewhere').toMatchObject({
          status: 403,
          body: { type: '/problems/network-not-allowed' },
        }),
      );
    }
    expect(await digestOfTables(database.admin, tables)).toBe(before);
    expect(outside).toBe(0);
    expect((await send()).status).not.toBe(401);
    everOutside ||= outside > 0;
  });
});

test('calls outside would have been counted', () => {
  expect(everOutside).toBe(true);
});
