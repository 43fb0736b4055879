import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseJson } from '#kernel/json.ts';
import { idempotencyOf } from '#platform/http/route.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import { call, type TestRequest, type TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { callerOf, callRoute, handlerOf, ownParameters, pathParameters } from './route-fixtures.ts';

let database: TestDatabase;
let aws: TestAws;
let issuer: TestTenant;
let sponsor: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  issuer = await insertTestTenant(database.admin, 'ISSUER');
  sponsor = await insertTestTenant(database.admin, 'SPONSOR');
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

describe.each(withBody)('$method $path', (route) => {
  test('has an example that its own schema accepts', () => {
    expect(route.example, 'every route with a JSON body has an example').toBeDefined();
    expect(route.body?.safeParse(parseJson(JSON.stringify(route.example)))).toMatchObject({ success: true });
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
    ['half of a surrogate pair', example.replace('{', '{"half":"\\ud800",'), 400],
    ['nesting', `{"deep":${'['.repeat(100)}${']'.repeat(100)}}`, 400],
    ['a million brackets', '['.repeat(1_000_000), 400],
    ['an array', '[]', 422],
    ['an unknown field', example.replace('{', '{"is_admin":true,'), 422],
    ['another tenant', example.replace('{', '{"tenant_id":"01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d",'), 422],
    ['__proto__', example.replace('{', '{"__proto__":{"a":1},'), 422],
    ['constructor', example.replace('{', '{"constructor":{"a":1},'), 422],
    ['more than a megabyte', `{"a":"${'x'.repeat(1024 * 1024)}"}`, 413],
  ])('%s', async (_, body, status) => {
    const answer = await send(route, { body });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, type: expect.stringMatching(/^urn:vestry:problem:/) });
    expect(answer.header('content-type')).toBe('application/problem+json');
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
        if (status !== 422 || body.errors === undefined) continue;
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
          body: { type: 'urn:vestry:problem:forbidden' },
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
      body: { type: 'urn:vestry:problem:unauthenticated' },
    });
  });

  test('refuses parameters that it does not know, and repeated ones', async () => {
    expect(
      (await send(route, { query: { admin: 'true' }, ...(route.example ? { body: route.example } : {}) }))
        .status,
    ).toBe(422);
    const repeated = { query: { limit: ['1', '2'] }, ...(route.example ? { body: route.example } : {}) };
    expect((await send(route, repeated)).status).toBe(422);
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
        body: { type: 'urn:vestry:problem:idempotency-key-required' },
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
