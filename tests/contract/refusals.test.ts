import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Role } from '#kernel/roles.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import type { TestRequest, TestResponse } from '#tests/support/request.ts';
import {
  callersExist,
  insertTestOperator,
  insertTestTenant,
  type TestTenant,
} from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { callerOf, callRoute } from './route-fixtures.ts';

/** Every refusal of somebody leaves an entry: who tried what, from where, and what they were answered. */

const ROLES = ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'] as const satisfies readonly Role[];
const ORIGIN = { address: '198.51.100.9', headers: { 'User-Agent': 'curl/8.7.1' } } as const;

/** Changes that put a caller out, and let them in again. */
const OF_PEOPLE = {
  out: `update users set status = 'DISABLED' where id = $1`,
  back: `update users set status = 'ACTIVE' where id = $1`,
};
const OF_KEYS = {
  out: 'update api_key_secrets set ends_at = now() where api_key_id = $1',
  back: 'update api_key_secrets set ends_at = null where api_key_id = $1',
};

let database: TestDatabase;
let aws: TestAws;
let operator: Principal;
let issuer: TestTenant;
let sponsor: TestTenant;

beforeAll(async () => {
  // One minute: what is written once in each must not fall into two.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  database = await testDatabase();
  aws = await testAws({});
  issuer = await insertTestTenant(database.admin, 'ISSUER');
  sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  operator = await insertTestOperator(database.admin);
});

afterAll(async () => {
  vi.useRealTimers();
  await aws.close();
  await database.close();
});

const withCaller = routes.filter(({ roles }) => roles !== 'PUBLIC');

function send(
  route: RouteEntry,
  as: Principal | undefined,
  request: TestRequest = {},
): Promise<TestResponse> {
  const body = route.example === undefined ? {} : { body: route.example };
  const params = { id: issuer.id, employee_id: 'E-1001' };
  return callRoute(route, { ...ORIGIN, ...body, params, ...(as === undefined ? {} : { as }), ...request });
}

/** The refusals of an operation that are in the trail, oldest first. */
async function refusalsOf(route: RouteEntry): Promise<Record<string, unknown>[]> {
  const { rows } = await database.admin.query(
    `select tenant_id, actor_id, actor_role, action, problem, source_ip, user_agent from audit_log
       where resource = $1 and problem is not null order by ts`,
    [route.operationId],
  );
  return rows;
}

const entryOf = (as: Principal | undefined, problem: string) => ({
  tenant_id: as?.tenantId ?? operator.tenantId,
  actor_id: as?.actorId ?? null,
  actor_role: as === undefined ? 'ANONYMOUS' : as.key === undefined ? as.actorRole : `KEY:${as.actorRole}`,
  action: 'access.denied',
  problem,
  source_ip: ORIGIN.address,
  user_agent: ORIGIN.headers['User-Agent'],
});

describe.each(withCaller)('$method $path', (route) => {
  test('leaves an entry of whoever it refuses', async () => {
    const { admin } = database;
    const tenant = route.tenants?.includes('ISSUER') === false ? sponsor : issuer;
    const as = callerOf(route, tenant) ?? operator;
    await callersExist();
    const expected: object[] = [];

    expect((await send(route, undefined)).status).toBe(401);
    expected.push(entryOf(undefined, 'unauthenticated'));

    const other = ROLES.find((role) => !(route.roles as readonly Role[]).includes(role));
    if (other !== undefined) {
      expect((await send(route, tenant.as(other))).status).toBe(403);
      expected.push(entryOf(tenant.as(other), 'forbidden'));
    }

    const { out, back } = as.key === undefined ? OF_PEOPLE : OF_KEYS;
    await admin.query(out, [as.actorId]);
    for (let times = 0; times < 3; times += 1) expect((await send(route, as)).status).toBe(401);
    await admin.query(back, [as.actorId]);
    expected.push(entryOf(as, 'unauthenticated'));

    if (route.audit !== undefined && as !== operator) {
      await admin.query(`update tenants set status = 'SUSPENDED' where id = $1`, [tenant.id]);
      expect((await send(route, as)).status).toBe(403);
      await admin.query(`update tenants set status = 'ACTIVE' where id = $1`, [tenant.id]);
      expected.push(entryOf(as, 'tenant-suspended'));
    }
    expect(await refusalsOf(route)).toEqual(expected);
  });
});

test('what is counted once a minute is written again in the next, and for another source', async () => {
  const [route] = withCaller as [RouteEntry];
  const before = (await refusalsOf(route)).length;
  await send(route, undefined, { address: '198.51.100.10' });
  await send(route, undefined, { address: '198.51.100.10' });
  expect(await refusalsOf(route)).toHaveLength(before + 1);
  vi.setSystemTime(Date.now() + 60_000);
  await send(route, undefined, { address: '198.51.100.10' });
  expect(await refusalsOf(route)).toHaveLength(before + 2);
});
