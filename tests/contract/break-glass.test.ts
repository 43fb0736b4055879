import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MASKED_FIELDS } from '#contracts/masked-fields.ts';
import { handler as breakGlassHandler } from '#functions/operations/break-glass.ts';
import { rotateSigningKeys } from '#identity/keys/signing-keys.ts';
import * as operations from '#operations/operations.routes.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { filledTables, fillTables } from '#tests/support/filled-tables.ts';
import type { Json } from '#tests/support/json.ts';
import { call } from '#tests/support/request.ts';
import { authorizerVerdict } from '#tests/support/sign-in.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { callRoute, digestOfTables, ownParameters } from './route-fixtures.ts';

let database: TestDatabase;
let aws: TestAws;
let operator: Principal;
const tenants: Record<'ISSUER' | 'SPONSOR', TestTenant> = {} as never;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  await rotateSigningKeys(new Date());
  operator = await insertTestOperator(database.admin);
  for (const type of ['ISSUER', 'SPONSOR'] as const)
    tenants[type] = await insertTestTenant(database.admin, type);
  const ids = Object.values(tenants).map(({ id }) => id);
  await fillTables(database.admin, ids);
  // Whatever has happened to a tenant, its records can be looked into.
  await database.admin.query(`update tenants set status = 'SUSPENDED' where id = any($1::uuid[])`, [ids]);
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

/** The operator, by a token that reads a tenant. */
const readerOf = ({ id, type }: TestTenant): Principal => ({
  ...operator,
  tenantId: id,
  tenantType: type,
  actorTenantId: operator.tenantId,
});
/** Paths of tenants name the tenant itself; those of no row name nothing. */
const parametersOf = (route: RouteEntry, tenant: TestTenant) =>
  route.path.startsWith('/tenants/')
    ? Promise.resolve({ id: tenant.id, change: tenant.id })
    : ownParameters(database.admin, route, tenant.id);
const typeOf = ({ tenants: types }: RouteEntry) =>
  types === undefined || (types as readonly string[]).includes('ISSUER') ? 'ISSUER' : 'SPONSOR';
const entriesOf = async (tenant: TestTenant, action: string): Promise<Json[]> =>
  (
    await database.admin.query('select * from audit_log where tenant_id = $1 and action = $2 order by id', [
      tenant.id,
      action,
    ])
  ).rows;

const STAFF = ['ADMIN', 'OPS', 'COMPLIANCE'];
const isReadable = ({ method, path, roles, audit }: RouteEntry) =>
  method === 'GET' &&
  path.split('/')[1] !== 'me' &&
  audit === undefined &&
  roles !== 'PUBLIC' &&
  roles.some((role) => STAFF.includes(role));
const readable = routes.filter(isReadable);
const others = routes.filter((route) => route.roles !== 'PUBLIC' && !isReadable(route));

const MASKED = new Set(MASKED_FIELDS.map((name) => name.replace(/[_-]/g, '')));
/** The fields of an answer whose values are personal, secret, or lead to a file. */
function shownIn(value: unknown, path = ''): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const hidden = MASKED.has(key.toLowerCase().replace(/[_-]/g, '')) || /(^|_)url$/.test(key);
    if (hidden) return item === null || item === '***' ? [] : [`${path}/${key}`];
    return shownIn(item, `${path}/${key}`);
  });
}

describe('an operator who reads a tenant', () => {
  test('the tables have routes to try', () => {
    expect(readable.length).toBeGreaterThan(60);
    expect(others.length).toBeGreaterThan(100);
  });

  test.each(readable)('$operationId: sees its records, and nobody’s data', async (route) => {
    const tenant = tenants[typeOf(route)];
    const params = await parametersOf(route, tenant);
    const before = await digestOfTables(database.admin, filledTables);
    const answer = await callRoute(route, { as: readerOf(tenant), params });
    // Some ask for what the example of a row doesn't have; nobody is refused as such.
    expect(answer.text).not.toContain('/problems/unauthenticated');
    expect(answer.status, answer.text).toBeLessThan(500);
    expect(answer.text).not.toMatch(/filled@|"Filled"|X-Amz-/);
    if (answer.status === 200) {
      expect(shownIn(answer.body)).toEqual([]);
      const entries = await entriesOf(tenant, 'break-glass.read');
      expect(entries.map(({ payload }) => payload.operation)).toContain(route.operationId);
      expect(entries.at(-1)).toMatchObject({ actor_id: operator.actorId, actor_role: 'OPERATOR' });
    }
    expect(await digestOfTables(database.admin, filledTables)).toBe(before);
  });

  test.each(others)('$operationId: may not, and changes nothing', async (route) => {
    const tenant = tenants[typeOf(route)];
    const params = await parametersOf(route, tenant);
    const before = await digestOfTables(database.admin, filledTables);
    const { status, body } = await callRoute(route, {
      ...{ as: readerOf(tenant), params },
      ...(route.example === undefined ? {} : { body: route.example }),
    });
    expect(status).toBe(403);
    expect(['/problems/forbidden', '/problems/tenant-suspended']).toContain(body.type);
    expect(await digestOfTables(database.admin, filledTables)).toBe(before);
  });

  test.each(routes.filter((route) => route.roles !== 'PUBLIC' && !isReadable(route) && !route.forSuspended))(
    '$operationId: may not, and changes nothing, also by a token that acts',
    async (route) => {
      const tenant = tenants[typeOf(route)];
      const params = await parametersOf(route, tenant);
      const before = await digestOfTables(database.admin, filledTables);
      const { status } = await callRoute(route, {
        as: { ...readerOf(tenant), acts: { purpose: 'OFFBOARDING', ticket: 'INC-7' } },
        params,
        ...(route.example === undefined ? {} : { body: route.example }),
      });
      expect(status).toBe(403);
      expect(await digestOfTables(database.admin, filledTables)).toBe(before);
    },
  );

  test.each(readable.filter(({ produces = [] }) => produces.some((type) => !type.includes('json'))))(
    '$operationId: gets no file',
    async (route) => {
      const tenant = tenants[typeOf(route)];
      const params = await parametersOf(route, tenant);
      for (const type of (route.produces ?? []).filter((each) => !each.includes('json'))) {
        const { status, text } = await callRoute(route, {
          ...{ as: readerOf(tenant), params },
          headers: { Accept: type },
        });
        expect(status, text).toBeGreaterThanOrEqual(400);
        expect(text).not.toMatch(/filled@|Filled/);
      }
    },
  );
});

describe('opening', () => {
  const body = (tenant_id: string) => ({ tenant_id, purpose: 'INCIDENT', ticket: 'INC-7' });
  const open = (as: Principal, of: object) =>
    call(breakGlassHandler, operations.breakGlass, { as, body: of });

  test('answers a token for one tenant, and is an entry of the tenant’s own trail', async () => {
    const { ISSUER: tenant } = tenants;
    const { status, body: answer, text } = await open(operator, body(tenant.id));
    expect(status, text).toBe(201);
    expect(await authorizerVerdict(`Bearer ${answer.access_token}`)).toMatchObject({
      ...{ sub: operator.actorId, sid: operator.sessionId, tid: operator.tenantId, role: 'OPERATOR' },
      reads: JSON.stringify({ tenantId: tenant.id, tenantType: 'ISSUER' }),
    });
    const [entry] = await entriesOf(tenant, 'break-glass.opened');
    expect(entry).toMatchObject({
      ...{ actor_id: operator.actorId, actor_role: 'OPERATOR', resource: `tenants/${tenant.id}` },
      payload: { purpose: 'INCIDENT', ticket: 'INC-7' },
    });
  });

  test.each([
    ['without a ticket', { ticket: undefined }],
    ['with a story in place of a ticket', { ticket: 'Ada Holder called' }],
    ['for no purpose', { purpose: 'CURIOSITY' }],
  ])('%s is refused', async (_, change) => {
    const { status } = await open(operator, { ...body(tenants.ISSUER.id), ...change });
    expect(status).toBe(422);
  });

  test('of the platform itself, or of nobody, is not found', async () => {
    for (const id of [operator.tenantId, '01920000-0000-7000-8000-000000000000'])
      expect((await open(operator, body(id))).status).toBe(404);
  });

  test('is for operators alone, and ends with their session', async () => {
    const { ISSUER: tenant } = tenants;
    for (const role of ['ADMIN', 'COMPLIANCE'] as const)
      expect((await open(tenant.as(role), body(tenant.id))).status).toBe(403);
    const gone = await insertTestOperator(database.admin);
    await database.admin.query('update refresh_tokens set revoked_at = now() where user_id = $1', [
      gone.actorId,
    ]);
    const route = routes.find(({ operationId }) => operationId === 'listShareholders') as RouteEntry;
    const as = { ...readerOf(tenant), actorId: gone.actorId, sessionId: gone.sessionId };
    expect((await callRoute(route, { as })).status).toBe(401);
  });
});
