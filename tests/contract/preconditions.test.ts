import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Principal } from '#platform/http/authorize.ts';
import { answersEtag, ifMatchOf, type Schema } from '#platform/http/route.ts';
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
import { callRoute, digestOfTables, idIn, sendExample } from './route-fixtures.ts';

const FIELD_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:field-key';
const STALE = '"999"';

let database: TestDatabase;
let aws: TestAws;
let tables: string[];
let operator: Principal;
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
  await callersExist();
  const { rows } = await database.admin.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'vestry'::regnamespace and relkind = 'r'`,
  );
  tables = rows.map(({ name }) => name);
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

function tenantOf(route: RouteEntry): TestTenant {
  return tenants[route.tenants?.includes('ISSUER') === false ? 'SPONSOR' : 'ISSUER'];
}

async function send(route: RouteEntry, headers: Record<string, string>): Promise<TestResponse> {
  if ((route.roles as readonly string[]).every((role) => role === 'OPERATOR')) {
    const { id } = tenants.ISSUER;
    const approval = await idIn(database.admin, 'change_requests', id);
    return callRoute(route, {
      as: operator,
      params: { id, approval },
      body: route.example,
      headers,
    } as TestRequest);
  }
  return sendExample(database.admin, route, tenantOf(route), { headers });
}

/** Whether the answer itself says its version, on which a client can build. */
function hasVersion(schema: Schema | undefined): boolean {
  if (schema === undefined) return false;
  const { properties = {} } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  return 'version' in properties;
}

const readable = routes.filter(({ method, response }) => method === 'GET' && hasVersion(response));

/** The resource that a route changes: the one at its path, or the one whose action it is. What it makes of its own has a `Location`. */
function resourceOf(route: RouteEntry): RouteEntry | undefined {
  const isPath = ({ path }: RouteEntry) =>
    path === route.path || path === route.path.replace(/\/[\w-]+$/, '');
  return route.location === undefined || route.location === route.path ? readable.find(isPath) : undefined;
}

const writing = routes.filter(({ audit }) => audit !== undefined);
const changing = routes.filter((route) => ifMatchOf(route) !== 'none');

test.each(routes)('$operationId answers an ETag exactly where its answer has a version', (route) => {
  expect(answersEtag(route)).toBe(hasVersion(route.response));
});

test.each(writing)('$operationId takes If-Match if it changes what has a version', (route) => {
  const changes =
    resourceOf(route) !== undefined || (route.location === undefined && hasVersion(route.response));
  expect(ifMatchOf(route) !== 'none').toBe(changes);
});

describe.each(changing)('$method $path', (route) => {
  test('refuses another version than the one it is asked to change, and changes nothing', async () => {
    // A caller is made when they first call.
    await send(route, { 'If-Match': STALE });
    const before = await digestOfTables(database.admin, tables);
    for (const header of [STALE, '"0"', 'W/"1"', '1', '"1", "2"', 'x'])
      expect(await send(route, { 'If-Match': header }), header).toMatchObject({
        status: 412,
        body: { type: '/problems/precondition-failed' },
      });
    expect(await digestOfTables(database.admin, tables)).toBe(before);
  });
});

test('without If-Match, or with any version, what only honours it goes on', async () => {
  const route = changing.find(({ operationId }) => operationId === 'releaseLegalHold') as RouteEntry;
  const pending = '/problems/change-pending';
  expect((await send(route, { 'If-Match': '"2"' })).status).toBe(412);
  expect((await send(route, { 'If-Match': '"1"' })).status).toBe(202);
  expect((await send(route, { 'If-Match': '*' })).body.type).toBe(pending);
  expect((await send(route, {})).body.type).toBe(pending);
});
