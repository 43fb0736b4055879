import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '#platform/http/authorize.ts';
import { readJsonBody } from '#platform/http/json-body.ts';
import { idempotencyOf } from '#platform/http/route.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import { call, type TestRequest, type TestResponse } from '#tests/support/request.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import {
  callerOf,
  callRoute,
  handlerOf,
  ownParameters,
  pathParameters,
  speaksScim,
  statusOfProblem,
} from './route-fixtures.ts';

let database: TestDatabase;
let aws: TestAws;
let issuer: TestTenant;
let sponsor: TestTenant;
let operator: Principal;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  issuer = await insertTestTenant(database.admin, 'ISSUER');
  sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  operator = await insertTestOperator(database.admin);
  await fillTables(database.admin, [issuer.id, sponsor.id]);
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

const takesJson = (route: RouteEntry) =>
  route.body !== undefined && (route.consumes ?? ['application/json']).includes('application/json');
const ofTenants = routes.filter(
  ({ roles, database: onDatabase }) =>
    onDatabase !== false &&
    roles !== 'PUBLIC' &&
    (roles as readonly string[]).some((role) => role !== 'OPERATOR'),
);
const withBody = ofTenants.filter(takesJson);

function tenantOf(route: RouteEntry): TestTenant {
  return route.tenants === undefined || route.tenants.includes('ISSUER') ? issuer : sponsor;
}

async function send(route: RouteEntry, request: TestRequest): Promise<TestResponse> {
  const tenant = tenantOf(route);
  const as = callerOf(route, tenant);
  if (as === undefined) throw new Error(`nobody may call ${route.operationId}`);
  const params = await ownParameters(database.admin, route, tenant.id);
  return callRoute(route, { as, params, ...request });
}

/** Sends as an operator what no tenant may send, and as nobody what everybody may. */
async function sendByAnyone(route: RouteEntry, request: TestRequest): Promise<TestResponse> {
  if (ofTenants.includes(route)) return send(route, request);
  return callRoute(route, {
    ...(route.roles === 'PUBLIC' ? {} : { as: operator }),
    params: Object.fromEntries(pathParameters(route).map((name) => [name, issuer.id])),
    ...request,
  });
}

/** The length at which the worst pattern took eight seconds. */
const LONG = 100_000;
/** Processor time far above what a refusal takes, and far below what a quadratic pattern does. */
const HOSTILE_LIMIT_MS = 1_000;
/** Texts that are refused everywhere: for a character, or for their length. */
const HOSTILE: readonly [kind: string, value: string][] = [
  ['NUL', '\u0000'],
  ['NUL at the end', 'a\u0000'],
  ['the first half of a pair', 'a\ud800'],
  ['the second half of a pair', '\udc00a'],
  ['the trace of bytes that were not UTF-8', 'a\ufffd'],
  ...['0', '1', '9', '\u0660', '\uff10', '-', '.', ' '].map((digit): [string, string] => [
    `a hundred thousand of ${digit}`,
    digit.repeat(LONG / Buffer.byteLength(digit) - 500),
  ]),
  ['a number with a digit behind a hundred thousand zeros', `1.${'0'.repeat(LONG)}1`],
];

/** The pointers of the texts and numbers in a route's example. */
function fieldsOf(route: RouteEntry): string[] {
  const below = (value: unknown, pointer: string): string[] =>
    value !== null && typeof value === 'object'
      ? Object.entries(value).flatMap(([key, item]) => below(item, `${pointer}/${key}`))
      : [pointer];
  return below(route.example ?? {}, '');
}

function anyParameter(route: RouteEntry): string {
  const { shape = {} } = (route.query ?? {}) as { shape?: object };
  return Object.keys(shape)[0] ?? 'q';
}

/** The example with another value at a place. */
function withValue(example: object, pointer: string, value: string): object {
  const copy = structuredClone(example) as Record<string, unknown>;
  const path = pointer.slice(1).split('/');
  const last = path.pop() as string;
  const parent = path.reduce((at, key) => at[key] as Record<string, unknown>, copy);
  parent[last] = value;
  return copy;
}

function expectProblem(route: RouteEntry, answer: TestResponse, problem: number): void {
  const status = statusOfProblem(route, problem);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({
    status: speaksScim(route) ? String(status) : status,
    type: expect.stringMatching(/^\/problems\//),
  });
  expect(answer.header('content-type')).toBe(
    speaksScim(route) ? 'application/scim+json' : 'application/problem+json',
  );
}

describe.each(withBody)('$method $path', (route) => {
  test('has an example that its own schema accepts', () => {
    expect(route.example, 'every route with a JSON body has an example').toBeDefined();
    expect(route.body?.safeParse(readJsonBody(JSON.stringify(route.example)))).toMatchObject({
      success: true,
    });
  });

  const example = JSON.stringify(route.example ?? {});
  test.each<[string, string | Buffer, number]>([
    ['no JSON', 'external_ref=1', 400],
    ...(route.bodyOptional ? [] : [['an empty body', '', 400] as [string, string, number]]),
    ['a trailing comma', example.replace(/}$/, ',}'), 400],
    ['a repeated key', example.replace('{', '{"twice":1,"twice":2,'), 400],
    ['a repeated key with one value', example.replace('{', '{"twice":1,"twice":1,'), 400],
    ['a scalar', '"text"', 400],
    ['a number', '1', 400],
    ['null', 'null', 400],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['half of a surrogate pair', example.replace('{', '{"half":"\\ud800",'), 422],
    ['a NUL', example.replace('{', '{"nul":"a\\u0000",'), 422],
    ['a NUL in a key', example.replace('{', '{"\\u0000":1,'), 422],
    ['a raw NUL', example.replace('{', '{"nul":"a\0",'), 400],
    ['the trace of bytes that were not UTF-8', example.replace('{', '{"trace":"a\ufffd",'), 422],
    ['a number as a key', example.replace('{', '{1:2,'), 400],
    ['a number with a leading zero', example.replace('{', '{"number":01,'), 400],
    [
      'a number of a hundred thousand digits',
      example.replace('{', `{"number":1${'0'.repeat(100_000)},`),
      422,
    ],
    ['nesting', `{"deep":${'['.repeat(100)}${']'.repeat(100)}}`, 400],
    ['a million brackets', '['.repeat(1_000_000), 400],
    ['an array', '[]', 422],
    ['more than a megabyte', `{"a":"${'x'.repeat(1024 * 1024)}"}`, 413],
  ])('%s', async (_, body, problem) => {
    expectProblem(route, await send(route, { body }), problem);
  });

  test.each([
    ['an unknown field', '"is_admin":true'],
    ['another tenant', '"tenant_id":"01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d"'],
    ['__proto__', '"__proto__":{"a":1}'],
    ['constructor', '"constructor":{"a":1}'],
  ])('%s', async (_, field) => {
    const answer = await send(route, { body: example.replace('{', `{${field},`) });
    if (!speaksScim(route) || field.startsWith('"__proto__')) return expectProblem(route, answer, 422);
    expect([route.status, 409]).toContain(answer.status);
    expect(answer.text).not.toContain(field);
    expect({}).not.toHaveProperty('a');
  });

  test('every field of the example refuses what it cannot hold, by name, and none is a 500', async () => {
    const fields = Object.keys((route.example ?? {}) as object);
    for (const field of fields) {
      for (const value of [
        null,
        true,
        [],
        {},
        '',
        '\u0000',
        '\u202e',
        'x'.repeat(5000),
        -1e15,
        '1e309',
        'NaN',
      ]) {
        const { status, body } = await send(route, {
          body: { ...(route.example as object), [field]: value },
        });
        expect(status, `${field}: ${JSON.stringify(value)?.slice(0, 40)}`).toBeLessThan(500);
        if (status !== statusOfProblem(route, 422) || body.errors === undefined) continue;
        for (const error of body.errors)
          expect(error).toMatchObject({ pointer: expect.any(String), code: expect.any(String) });
      }
    }
  });

  test('other media types are refused', async () => {
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', '']) {
      expect((await send(route, { body: example, headers: { 'Content-Type': type } })).status).toBe(415);
    }
  });
});

describe.each(routes.filter(takesJson))('$method $path', (route) => {
  test('no field takes what a database cannot hold, or much time for what it refuses', async () => {
    for (const field of fieldsOf(route)) {
      for (const [kind, value] of HOSTILE) {
        const started = process.cpuUsage();
        const { status, body } = await sendByAnyone(route, {
          body: withValue(route.example as object, field, value),
        });
        const named = `${field}: ${kind}`;
        expect(status, named).toBe(statusOfProblem(route, 422));
        expect(body.errors, named).toContainEqual(
          expect.objectContaining({ pointer: expect.stringContaining(field) }),
        );
        expect(process.cpuUsage(started).user / 1_000, named).toBeLessThan(HOSTILE_LIMIT_MS);
      }
    }
  });
});

describe.each(ofTenants)('$method $path', (route) => {
  test('accepts callers of the roles and tenants that it names, and no other', async () => {
    for (const tenant of [issuer, sponsor]) {
      for (const role of ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'] as const) {
        const allowed =
          (route.roles as readonly string[]).includes(role) &&
          (route.tenants === undefined || (route.tenants as readonly string[]).includes(tenant.type));
        if (allowed) continue;
        const { rows } = await database.admin.query(
          `select count(*)::integer as n from audit_log where action = 'access.denied'`,
        );
        const handler = await handlerOf(route);
        const answer = await call(handler, route, { as: tenant.as(role), params: { id: issuer.id } });
        expect(answer, `${role} of ${tenant.type}`).toMatchObject({
          status: 403,
          body: { type: '/problems/forbidden' },
        });
        const after = await database.admin.query(
          `select count(*)::integer as n from audit_log where action = 'access.denied'`,
        );
        expect(after.rows[0].n).toBe(rows[0].n + 1);
      }
    }
  });

  test('needs a token', async () => {
    const handler = await handlerOf(route);
    expect(await call(handler, route, {})).toMatchObject({
      status: 401,
      body: { type: '/problems/unauthenticated' },
    });
  });

  test('refuses parameters that it does not know, and repeated ones', async () => {
    expect(
      (await send(route, { query: { admin: 'true' }, ...(route.example ? { body: route.example } : {}) }))
        .status,
    ).toBe(statusOfProblem(route, 422));
    const repeated = { query: { limit: ['1', '2'] }, ...(route.example ? { body: route.example } : {}) };
    expect((await send(route, repeated)).status).toBe(statusOfProblem(route, 422));
  });

  test('refuses parameters that no query should see', async () => {
    for (const odd of ['a\u0000', 'a\ufffd']) {
      const body = route.example === undefined ? {} : { body: route.example };
      const inQuery = await send(route, { query: { [anyParameter(route)]: odd }, ...body });
      expect(inQuery.status).toBe(statusOfProblem(route, 422));
      for (const name of pathParameters(route))
        expect([404, statusOfProblem(route, 422)]).toContain(
          (await send(route, { params: { [name]: odd }, ...body })).status,
        );
    }
  });

  test('replaces a malformed request id, and keeps a good one', async () => {
    const handler = await handlerOf(route);
    for (const odd of ['', 'a b', 'x'.repeat(129), '\u0007', '<script>']) {
      const id = (await call(handler, route, { headers: { 'X-Request-ID': odd } })).header('x-request-id');
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(
      (await call(handler, route, { headers: { 'X-Request-ID': 'Req_1.a' } })).header('x-request-id'),
    ).toBe('Req_1.a');
  });
});

describe('Idempotency-Key', () => {
  test.each(ofTenants.filter((route) => idempotencyOf(route) === 'required'))(
    '$operationId needs one',
    async (route) => {
      const handler = await handlerOf(route);
      const as = callerOf(route, tenantOf(route));
      if (as === undefined) throw new Error('nobody may call it');
      const params = Object.fromEntries(pathParameters(route).map((name) => [name, issuer.id]));
      const answer = await call(handler, route, { as, params, body: route.example ?? {} });
      expect(answer).toMatchObject({
        status: 400,
        body: { type: '/problems/idempotency-key-required' },
      });
      for (const key of ['', ' ', 'x'.repeat(256), 'ключ', ['a', 'b']]) {
        const odd = await call(handler, route, {
          as,
          params,
          body: route.example ?? {},
          headers: { 'Idempotency-Key': key },
        });
        expect(odd.status, String(key)).toBe(400);
      }
    },
  );
});
