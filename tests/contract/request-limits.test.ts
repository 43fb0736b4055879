import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { LIMIT_WINDOW_SECONDS } from '#contracts/request-classes.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { limitOf } from '#platform/http/route.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import type { TestRequest, TestResponse } from '#tests/support/request.ts';
import {
  callersExist,
  insertTestOperator,
  insertTestTenant,
  type TestTenant,
} from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { callerOf, callRoute, digestOfTables, sendExample } from './route-fixtures.ts';

/** Every request that reaches the database counts for its user and their tenant, or for the network that it comes from. */

const FIELD_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:field-key';

// A window that doesn't end while a test looks at its counts.
vi.mock('#contracts/request-classes.ts', async (original) => ({
  ...(await original<typeof import('#contracts/request-classes.ts')>()),
  LIMIT_WINDOW_SECONDS: 100_000,
}));

/** Others for each test, since functions remember what is used up; too few for any to be counted ahead, however many tests there are. */
let quotas = { user: 5, tenant: 5, source: 5 };
let tests = 0;

let database: TestDatabase;
let aws: TestAws;
let tables: string[];
/** Two operators of the platform, and two tenants of each type. */
let operators: [Principal, Principal];
const tenants: Record<'ISSUER' | 'SPONSOR', [TestTenant, TestTenant]> = {} as never;

beforeAll(async () => {
  database = await testDatabase();
  const { admin } = database;
  aws = await testAws({ secrets: [{ name: 'field-key', arn: FIELD_KEY_ARN, initialValue: 'of the test' }] });
  process.env.FIELD_KEY_SECRET_ARN = FIELD_KEY_ARN;
  for (const type of ['ISSUER', 'SPONSOR'] as const) {
    const [one, other] = [await insertTestTenant(admin, type), await insertTestTenant(admin, type)];
    await fillTables(admin, [one.id, other.id]);
    tenants[type] = [one, other];
  }
  operators = [await insertTestOperator(admin), await insertTestOperator(admin)];
  const { rows } = await admin.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'vestry'::regnamespace and relkind = 'r'`,
  );
  tables = rows.map(({ name }) => name);
});

beforeEach(async () => {
  tests += 1;
  const quota = 5 + (tests % 150);
  const another = quota + Math.floor(tests / 150);
  quotas = { user: quota, tenant: another, source: quota };
  Object.assign(process.env, {
    REQUESTS_PER_USER: String(quotas.user),
    REQUESTS_PER_TENANT: String(quotas.tenant),
    REQUESTS_PER_SOURCE: String(quotas.source),
  });
  await database.admin.query('delete from request_counts');
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

const counted = routes.filter((route) => limitOf(route) !== undefined);
const ofCallers = counted.filter(({ roles }) => roles !== 'PUBLIC');
const ofNobody = counted.filter(({ roles }) => roles === 'PUBLIC');

test('a route without a caller is counted for its network, and every other for its caller', () => {
  const bySource = counted.filter((route) => ['signIn', 'bank'].includes(limitOf(route) ?? ''));
  expect(bySource).toEqual(ofNobody);
});

/** The requests that are counted under a key. */
async function countsOf(route: RouteEntry, key: string): Promise<number> {
  const { rows } = await database.admin.query<{ requests: number }>(
    'select coalesce(sum(requests), 0)::integer as requests from request_counts where key = $1 and class = $2',
    [key, limitOf(route)],
  );
  return rows[0]?.requests ?? 0;
}

/** Uses up what may be sent under a key. */
async function useUp(route: RouteEntry, key: string): Promise<void> {
  await database.admin.query('update request_counts set requests = $3 where key = $1 and class = $2', [
    key,
    limitOf(route),
    Math.max(...Object.values(quotas)),
  ]);
}

function expectRefused(route: RouteEntry, answer: TestResponse, of: 'user' | 'tenant' | 'source'): void {
  expect(answer).toMatchObject({ status: 429, body: { type: '/problems/too-many-requests' } });
  const wait = Number(answer.header('retry-after'));
  expect(wait).toBeGreaterThanOrEqual(1);
  expect(wait).toBeLessThanOrEqual(LIMIT_WINDOW_SECONDS);
  const policy = `"${limitOf(route)}-per-${of}"`;
  expect(answer.header('ratelimit')).toBe(`${policy};r=0;t=${wait}`);
  expect(answer.header('ratelimit-policy')).toContain(`${policy};q=${quotas[of]};w=${LIMIT_WINDOW_SECONDS}`);
  expect(answer.body.detail).toContain(`${quotas[of]}`);
  expect(answer.body.detail).toContain(`Wait ${wait} seconds`);
}

describe.each(ofCallers)('$method $path', (route) => {
  test('counts for its user and their tenant, and is refused to those who have used up what is theirs', async () => {
    const { admin } = database;
    const [one, other] = tenants[route.tenants?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER'];
    const first = callerOf(route, one) ?? operators[0];
    const isOperators = first === operators[0];
    const second = isOperators ? operators[1] : one.as(first.actorRole as never, 'E-2002');
    await callersExist();
    const send = (as: Principal, tenant = one, request: TestRequest = {}) =>
      isOperators
        ? callRoute(route, { params: { id: other.id }, body: route.example, ...request, as })
        : sendExample(admin, route, tenant, { ...request, as });

    const answer = await send(first);
    expect(answer.status).toBeLessThan(500);
    expect([await countsOf(route, first.actorId), await countsOf(route, first.tenantId)]).toEqual([1, 1]);
    const requestClass = limitOf(route);
    expect(answer.header('ratelimit')).toMatch(
      new RegExp(
        `^"${requestClass}-per-user";r=${quotas.user - 1};t=\\d+, "${requestClass}-per-tenant";r=${quotas.tenant - 1};t=\\d+$`,
      ),
    );
    // A wrong request is counted as well.
    await send(first, one, { query: { unknown: '1' } });
    expect(await countsOf(route, first.actorId)).toBe(2);

    await useUp(route, first.actorId);
    const before = await digestOfTables(admin, tables);
    expectRefused(route, await send(first), 'user');
    expect(await digestOfTables(admin, tables)).toBe(before);
    expect((await send(second)).status).toBeLessThan(429);

    await useUp(route, first.tenantId);
    expectRefused(route, await send(second), 'tenant');
    if (isOperators) return;
    const elsewhere = await send(other.as(first.actorRole as never, 'E-1001'), other);
    expect(elsewhere.status).toBeLessThan(429);
  });
});

describe.each(ofNobody)('$method $path, without a caller', (route) => {
  test.each([
    ['198.51.100.1', '198.51.100.1', '198.51.100.2'],
    ['2001:db8:0:1::1', '2001:db8:0:1:ffff::2', '2001:db8:0:2::1'],
  ])('counts for the network of %s', async (address, neighbour, stranger) => {
    const send = (from: string) => callRoute(route, { address: from, body: route.example });
    const answer = await send(address);
    expect(answer.header('ratelimit')).toMatch(
      new RegExp(`^"${limitOf(route)}-per-source";r=${quotas.source - 1};t=\\d+$`),
    );
    const { rows } = await database.admin.query<{ key: string }>('select distinct key from request_counts');
    expect(rows).toHaveLength(1);
    await useUp(route, rows[0]?.key ?? '');
    expectRefused(route, await send(neighbour), 'source');
    expect((await send(stranger)).status).not.toBe(429);
  });
});
