import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler as createUserHandler } from '#functions/identity/create-user.ts';
import { handler as listUsersHandler } from '#functions/identity/list-users.ts';
import { handler as updateUserHandler } from '#functions/identity/update-user.ts';
import { createUser, listUsers, updateUser } from '#identity/users/users.routes.ts';
import { approved } from '#tests/support/approvals.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

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
  expect(again).toMatchObject({ status: 409, body: { type: 'urn:vestry:problem:user-exists' } });
  expect((await call(createUserHandler, createUser, { as: other.as('ADMIN'), body })).status).toBe(201);
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
      body: { type: 'urn:vestry:problem:last-admin' },
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
