import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { handler as createTenantHandler } from '#functions/identity/create-tenant.ts';
import { handler as createUserHandler } from '#functions/identity/create-user.ts';
import { handler as listUsersHandler } from '#functions/identity/list-users.ts';
import { handler as updateTenantHandler } from '#functions/identity/update-tenant.ts';
import { handler as updateUserHandler } from '#functions/identity/update-user.ts';
import { createTenant, updateTenant } from '#identity/tenants/tenants.routes.ts';
import { createUser, listUsers, updateUser } from '#identity/users/users.routes.ts';
import { approved } from '#tests/support/approvals.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call } from '#tests/support/request.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let acme: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  acme = await insertTestTenant(database.admin, 'ISSUER');
  other = await insertTestTenant(database.admin, 'SPONSOR');
});

afterAll(() => database.close());

const body = { email: 'New.User@acme.example', role: 'EMPLOYEE', password: 'correct horse battery' };

test('an email is unique within a tenant only, whatever its case', async () => {
  const created = await call(createUserHandler, createUser, { as: acme.as('ADMIN'), body });
  expect(created).toMatchObject({
    status: 201,
    body: { email: 'new.user@acme.example', tenant_id: acme.id },
  });
  expect(created.header('location')).toBe(`/api/users/${created.body.id}`);
  const again = await call(createUserHandler, createUser, { as: acme.as('ADMIN'), body });
  expect(again).toMatchObject({ status: 409, body: { type: '/problems/user-exists' } });
  expect((await call(createUserHandler, createUser, { as: other.as('ADMIN'), body })).status).toBe(201);
});

test.each([
  ['common', 'Password1234!'],
  ['own', 'new.user of somewhere'],
  ['own', 'the {slug} of today'],
])('a %s password is refused, by name, wherever one is set', async (why, template) => {
  const tenant = await insertTestTenant(database.admin, 'ISSUER');
  const password = template.replace('{slug}', tenant.slug);
  const refused = (pointer: string) => ({
    status: 422,
    body: { errors: [{ pointer, code: `${why}-password` }] },
  });
  const user = { email: 'new.user@acme.example', role: 'EMPLOYEE' };
  const create = (body: object) => call(createUserHandler, createUser, { as: tenant.as('ADMIN'), body });
  expect(await create({ ...user, password })).toMatchObject(refused('/password'));
  const created = await create({ ...user, password: 'correct horse battery' });
  const change = {
    as: tenant.as('ADMIN'),
    params: { id: created.body.id },
    body: { password },
    headers: { 'If-Match': '"1"' },
  };
  expect(await call(updateUserHandler, updateUser, change)).toMatchObject(refused('/password'));
  const slug = `${tenant.slug}-new`;
  const people = { email: user.email, password: password.replace(tenant.slug, slug) };
  const officer = { email: 'officer@acme.example', password: 'correct horse battery' };
  const body = { slug, name: 'New', type: 'ISSUER' };
  const as = await insertTestOperator(database.admin);
  const make = (first: object) =>
    call(createTenantHandler, createTenant, { as, body: { ...body, ...first } });
  expect(await make({ admin: people, first_compliance: officer })).toMatchObject(refused('/admin/password'));
  const swapped = await make({
    admin: officer,
    first_compliance: people,
  });
  expect(swapped).toMatchObject(refused('/first_compliance/password'));
});

test('a list holds the tenant’s own users, in pages', async () => {
  const first = await call(listUsersHandler, listUsers, { as: other.as('ADMIN'), query: { limit: '3' } });
  const { next_cursor: cursor } = first.body;
  const rest = await call(listUsersHandler, listUsers, { as: other.as('ADMIN'), query: { cursor } });
  expect([...first.body.data, ...rest.body.data]).toHaveLength(5);
  expect(new Set([...first.body.data, ...rest.body.data].map((user) => user.tenant_id))).toEqual(
    new Set([other.id]),
  );
});

test('the last ADMIN can be neither disabled nor demoted, also by two at once', async () => {
  const tenant = await insertTestTenant(database.admin, 'ISSUER');
  const admin = tenant.as('ADMIN');
  const change = (id: string, change: object, version = 1) =>
    call(updateUserHandler, updateUser, {
      as: admin,
      params: { id },
      body: change,
      headers: { 'If-Match': `"${version}"` },
    });
  for (const body of [{ status: 'DISABLED' }, { role: 'OPS' }]) {
    expect(await change(admin.actorId, body)).toMatchObject({
      status: 409,
      body: { type: '/problems/last-admin' },
    });
  }
  const asked = await call(createUserHandler, createUser, { as: admin, body: { ...body, role: 'ADMIN' } });
  const second = (await approved(tenant, asked)).body.subject;
  const both = await Promise.all([
    change(admin.actorId, { role: 'OPS' }),
    change(second.id, { role: 'OPS' }),
  ]);
  // Whoever has demoted themselves first may not go on to demote the other.
  const [done, refused] = both.map(({ status }) => status).sort();
  expect(done).toBe(200);
  expect([401, 409]).toContain(refused);
  const { rows } = await database.admin.query(
    `select count(*)::integer as admins from users where tenant_id = $1 and role = 'ADMIN'`,
    [tenant.id],
  );
  expect(rows).toEqual([{ admins: 1 }]);
});

describe('the time zone of a tenant', () => {
  const tenant = (slug: string) => ({
    slug,
    name: 'Zoned',
    type: 'ISSUER',
    admin: { email: 'a@zoned.example', password: 'correct horse battery' },
  });

  test('is the environment’s unless it is named, and may change', async () => {
    vi.stubEnv('TIME_ZONE', 'America/Chicago');
    const operator = await insertTestOperator(database.admin);
    const create = (body: object) => call(createTenantHandler, createTenant, { as: operator, body });
    expect(await create({ ...tenant('zoned-a'), time_zone: 'Asia/Kolkata' })).toMatchObject({
      ...{ status: 201, body: { time_zone: 'Asia/Kolkata' } },
    });
    const created = await create(tenant('zoned-b'));
    expect(created.body).toMatchObject({ time_zone: 'America/Chicago' });
    const moved = await call(updateTenantHandler, updateTenant, {
      as: operator,
      params: { id: created.body.id },
      body: { time_zone: 'UTC' },
      headers: { 'If-Match': created.header('etag') ?? '' },
    });
    expect(moved).toMatchObject({ status: 200, body: { time_zone: 'UTC' } });
    vi.unstubAllEnvs();
  });

  test.each(['Mars/Phobos', '+02:00', 'EST', '', 'america/new_york', 'Europe/Berlin; drop', 7, null])(
    'is not %j',
    async (time_zone) => {
      const operator = await insertTestOperator(database.admin);
      const body = { ...tenant('zoned-c'), time_zone };
      expect(await call(createTenantHandler, createTenant, { as: operator, body })).toMatchObject({
        status: 422,
        body: { errors: [expect.objectContaining({ pointer: '/time_zone' })] },
      });
    },
  );
});
