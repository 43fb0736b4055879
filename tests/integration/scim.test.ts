import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler as createGroup } from '#functions/identity/create-scim-group.ts';
import { handler as createUser } from '#functions/identity/create-scim-user.ts';
import { handler as deleteGroup } from '#functions/identity/delete-scim-group.ts';
import { handler as deleteUser } from '#functions/identity/delete-scim-user.ts';
import { handler as getConfig } from '#functions/identity/get-scim-config.ts';
import { handler as getGroup } from '#functions/identity/get-scim-group.ts';
import { handler as getResourceType } from '#functions/identity/get-scim-resource-type.ts';
import { handler as getSchema } from '#functions/identity/get-scim-schema.ts';
import { handler as getUser } from '#functions/identity/get-scim-user.ts';
import { handler as listGroups } from '#functions/identity/list-scim-groups.ts';
import { handler as listResourceTypes } from '#functions/identity/list-scim-resource-types.ts';
import { handler as listSchemas } from '#functions/identity/list-scim-schemas.ts';
import { handler as listUsers } from '#functions/identity/list-scim-users.ts';
import { handler as listUsersOfTenant } from '#functions/identity/list-users.ts';
import { handler as patchGroup } from '#functions/identity/patch-scim-group.ts';
import { handler as patchUser } from '#functions/identity/patch-scim-user.ts';
import { handler as replaceGroup } from '#functions/identity/replace-scim-group.ts';
import { handler as replaceUser } from '#functions/identity/replace-scim-user.ts';
import * as routes from '#identity/scim/scim.routes.ts';
import * as users from '#identity/users/users.routes.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { Approvals } from '#tests/support/approvals.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let acme: TestTenant;
let key: Principal;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  acme = await insertTestTenant(database.admin, 'ISSUER');
  key = acme.as('DIRECTORY');
});

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const SCIM = { 'Content-Type': 'application/scim+json' };

const send = (handler: unknown, route: Parameters<typeof call>[1], id?: string, body?: unknown, as = key) =>
  call(handler, route, {
    as,
    ...(id === undefined ? {} : { params: { id } }),
    ...(body === undefined ? {} : { body, headers: SCIM }),
  });
const find = (filter: string, query: Record<string, string> = {}) =>
  call(listUsers, routes.listScimUsers, { as: key, query: filter === '' ? query : { filter, ...query } });
const patch = (id: string, ...Operations: unknown[]) =>
  send(patchUser, routes.patchScimUser, id, { Operations });

const user = (more: object = {}) => ({
  schemas: [CORE],
  userName: `${randomUUID()}@acme.example`,
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  active: true,
  ...more,
});

async function made(more: object = {}): Promise<TestResponse['body']> {
  const answer = await send(createUser, routes.createScimUser, undefined, user(more));
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body;
}

async function group(displayName: string, ...members: string[]): Promise<TestResponse> {
  const body = { displayName, members: members.map((value) => ({ value })) };
  return send(createGroup, routes.createScimGroup, undefined, body);
}

const rowOf = async (id: string) =>
  (await database.admin.query('select role, status, email, employee_id from users where id = $1', [id]))
    .rows[0];

const isError = (answer: TestResponse, status: number, scimType?: string) =>
  expect([answer.status, answer.body], answer.text).toMatchObject([
    status,
    {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      detail: expect.any(String),
      ...(scimType === undefined ? {} : { scimType }),
    },
  ]);

describe('a user', () => {
  test('is made, read, replaced, disabled and deleted', async () => {
    const created = await send(createUser, routes.createScimUser, undefined, user({ externalId: 'X-1' }));
    expect(created.status, created.text).toBe(201);
    expect(created.header('content-type')).toBe('application/scim+json');
    const { id } = created.body;
    expect(created.header('location')).toBe(created.body.meta.location);
    expect(created.body).toMatchObject({
      schemas: [CORE],
      externalId: 'X-1',
      active: true,
      meta: { resourceType: 'User' },
    });
    expect((await send(getUser, routes.getScimUser, id)).body).toEqual(created.body);
    expect(await rowOf(id)).toMatchObject({
      role: 'EMPLOYEE',
      status: 'ACTIVE',
      email: created.body.userName,
    });

    const next = { ...created.body, name: { givenName: 'Augusta' }, [ENTERPRISE]: { employeeNumber: 'E-7' } };
    const replaced = await send(replaceUser, routes.replaceScimUser, id, next);
    expect(replaced.body, replaced.text).toMatchObject({
      name: { givenName: 'Augusta' },
      schemas: [CORE, ENTERPRISE],
    });
    expect(replaced.body.name.familyName).toBeUndefined();
    expect((await rowOf(id)).employee_id).toBe('E-7');

    expect((await patch(id, { op: 'Replace', path: 'active', value: 'False' })).body.active).toBe(false);
    expect((await rowOf(id)).status).toBe('DISABLED');
    expect((await patch(id, { op: 'replace', value: { active: true } })).body.active).toBe(true);

    expect((await send(deleteUser, routes.deleteScimUser, id)).status).toBe(204);
    expect((await rowOf(id)).status).toBe('DISABLED');
    isError(await send(getUser, routes.getScimUser, id), 404);
    isError(await send(deleteUser, routes.deleteScimUser, id), 404);
    const again = await send(
      createUser,
      routes.createScimUser,
      undefined,
      user({ userName: created.body.userName }),
    );
    expect([again.status, again.body.id, again.body.active]).toEqual([201, id, true]);
  });

  test('who is not active any more is refused with the next request', async () => {
    const employee = acme.as('OPS');
    const before = await call(listUsersOfTenant, users.listUsers, { as: acme.as('COMPLIANCE') });
    expect(before.status).toBe(200);
    const officer = acme.as('COMPLIANCE').actorId;
    expect((await patch(officer, { op: 'replace', path: 'active', value: false })).body.active).toBe(false);
    expect((await call(listUsersOfTenant, users.listUsers, { as: acme.as('COMPLIANCE') })).status).toBe(401);
    // The return of somebody with such a role waits.
    expect((await patch(officer, { op: 'replace', path: 'active', value: true })).body.active).toBe(false);
    const [request] = (await new Approvals(acme.as('ADMIN')).list({ state: 'PENDING' })).body.data;
    expect(request).toMatchObject({
      kind: 'user-changed',
      subject: { id: officer },
      requested_by: key.actorId,
    });
    expect(employee.actorRole).toBe('OPS');
  });

  test('is refused where the name is taken, in any case, and the last ADMIN stays', async () => {
    const { userName, id } = await made();
    isError(
      await send(createUser, routes.createScimUser, undefined, user({ userName: userName.toUpperCase() })),
      409,
      'uniqueness',
    );
    const other = await made();
    isError(await patch(other.id, { op: 'replace', path: 'userName', value: userName }), 409, 'uniqueness');
    isError(await patch(acme.as('ADMIN').actorId, { op: 'replace', path: 'active', value: false }), 409);
    expect((await rowOf(id)).status).toBe('ACTIVE');
  });

  test('keeps the address by which they sign in, whatever the directory calls them', async () => {
    const { id, userName } = await made();
    const answer = await patch(id, { op: 'replace', path: 'userName', value: 'king@acme.example' });
    expect(answer.body.userName).toBe('king@acme.example');
    expect((await rowOf(id)).email).toBe(userName);
  });

  test.each([
    ['no name', { userName: undefined }, 'invalidValue'],
    ['a name that is no address, and none beside it', { userName: 'ada' }, 'invalidValue'],
    ['a name with a line end', { userName: 'ada@acme.example\r\nBcc: eve@evil.example' }, 'invalidValue'],
    [
      'an address with a line end',
      { userName: 'ada', emails: [{ value: 'a@b.example\nx' }] },
      'invalidValue',
    ],
    ['a number for a text', { displayName: 7 }, 'invalidValue'],
    ['a text that is too long', { title: 'x'.repeat(255) }, 'invalidValue'],
    ['a control character', { title: 'a\u0007' }, 'invalidValue'],
    [
      'a thousand and one addresses',
      { emails: Array.from({ length: 1_001 }, () => ({ value: 'a@b.example' })) },
      'invalidValue',
    ],
  ])('with %s is refused', async (_, more, type) => {
    isError(await send(createUser, routes.createScimUser, undefined, user(more)), 400, type);
  });

  test('is another tenant’s like one that does not exist', async () => {
    const { id } = await made();
    const other = (await insertTestTenant(database.admin, 'ISSUER')).as('DIRECTORY');
    for (const wanted of [id, randomUUID(), 'malformed']) {
      isError(await send(getUser, routes.getScimUser, wanted, undefined, other), 404);
      isError(await send(deleteUser, routes.deleteScimUser, wanted, undefined, other), 404);
      isError(await send(replaceUser, routes.replaceScimUser, wanted, user(), other), 404);
    }
    const list = await call(listUsers, routes.listScimUsers, {
      as: other,
      query: { filter: `id eq "${id}"` },
    });
    expect([list.status, list.body.totalResults]).toEqual([200, 0]);
    isError(
      await send(
        createGroup,
        routes.createScimGroup,
        undefined,
        { displayName: 'x', members: [{ value: id }] },
        other,
      ),
      400,
    );
  });
});

describe('a search', () => {
  test('finds by what an identity provider asks for', async () => {
    const ada = await made({
      externalId: 'X-9',
      displayName: 'Ada',
      emails: [{ value: 'Ada@Work.example', type: 'work' }],
    });
    await made();
    const filters = [
      `userName eq "${ada.userName}"`,
      `userName eq "${ada.userName.toUpperCase()}"`,
      `USERNAME Eq "${ada.userName}"`,
      `${CORE}:userName eq "${ada.userName}"`,
      'externalId eq "X-9"',
      `id eq "${ada.id}"`,
      'emails[type eq "work"].value eq "ada@work.example"',
      'emails.value co "@WORK."',
      'emails eq "ada@work.example"',
      'displayName sw "ad" and active eq true',
      'displayName eq "Ada" and not (userName ew "@nowhere.example")',
      '(displayName eq "Nobody") or externalId eq "X-9"',
      'displayName pr and meta.created gt "2020-01-01T00:00:00Z" and active eq "True"',
    ];
    for (const filter of filters) {
      const { body, status, text } = await find(filter);
      expect([status, body.totalResults, body.Resources?.[0]?.id], `${filter} ${text}`).toEqual([
        200,
        1,
        ada.id,
      ]);
    }
    expect((await find('userName eq "nobody@acme.example"')).body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 0,
      startIndex: 1,
      itemsPerPage: 0,
      Resources: [],
    });
    expect((await find('externalId eq "x-9"')).body.totalResults).toBe(0);
  });

  test.each([
    'userName',
    'userName eq',
    'userName eq "a',
    'shoeSize eq "7"',
    'active gt true',
    'meta.created gt "yesterday"',
    'emails[nonsense eq "x"]',
    'password eq "x"',
    `userName eq "${'x'.repeat(1_100)}"`,
    `${'('.repeat(500)}userName pr`,
    `userName eq "'; drop table users; --" or`,
  ])('by %s is refused', async (filter) => {
    isError(await find(filter), 400, 'invalidFilter');
  });

  test('is paged as SCIM counts', async () => {
    for (let i = 0; i < 11; i += 1) await made({ title: 'Paged' });
    const page = (query: Record<string, string>) => find('title eq "Paged"', query);
    const first = (await page({ startIndex: '1', count: '5' })).body;
    expect([first.totalResults, first.itemsPerPage, first.startIndex]).toEqual([11, 5, 1]);
    const last = (await page({ startIndex: '11', count: '5' })).body;
    expect([last.totalResults, last.itemsPerPage, last.startIndex]).toEqual([11, 1, 11]);
    expect((await page({ count: '0' })).body).toMatchObject({
      totalResults: 11,
      itemsPerPage: 0,
      Resources: [],
    });
    expect((await page({ startIndex: '-3', count: '2' })).body).toMatchObject({
      startIndex: 1,
      itemsPerPage: 2,
    });
    expect((await page({ startIndex: '50' })).body).toMatchObject({ totalResults: 11, Resources: [] });
    const few = (await page({ attributes: 'userName', count: '1' })).body.Resources[0];
    expect(Object.keys(few).sort()).toEqual(['id', 'schemas', 'userName']);
    const less = (await page({ excludedAttributes: 'name,emails', count: '1' })).body.Resources[0];
    expect(less.name).toBeUndefined();
    isError(await page({ count: 'many' }), 400);
  });
});

describe('a group', () => {
  test('gives a role that rights wait for, and takes it away at once', async () => {
    const { id } = await made();
    const ops = (await group('vestry-ops', id)).body;
    expect(ops.members).toMatchObject([{ value: id }]);
    expect((await rowOf(id)).role).toBe('EMPLOYEE');
    const inbox = new Approvals(acme.as('COMPLIANCE'));
    const [request] = (await inbox.list({ state: 'PENDING' })).body.data;
    expect(request).toMatchObject({
      kind: 'user-changed',
      subject: { id },
      after: { role: 'OPS' },
      can_decide: true,
    });
    expect((await new Approvals(acme.as('ADMIN')).approve(request.id)).status).toBe(403);
    expect((await inbox.approve(request.id)).status).toBe(200);
    expect((await rowOf(id)).role).toBe('OPS');
    expect((await send(getUser, routes.getScimUser, id)).body.groups).toEqual([
      { value: ops.id, display: 'vestry-ops' },
    ]);

    const members = { Operations: [{ op: 'Remove', path: 'members', value: [{ value: id }] }] };
    expect((await send(patchGroup, routes.patchScimGroup, ops.id, members)).body.members).toEqual([]);
    expect((await rowOf(id)).role).toBe('EMPLOYEE');
  });

  test('that no longer gives a role withdraws the request for it', async () => {
    const { id } = await made();
    const { id: groupId } = (await group('vestry-admin', id)).body;
    const inbox = new Approvals(acme.as('COMPLIANCE'));
    expect((await inbox.list({ state: 'PENDING' })).body.data).toMatchObject([{ after: { role: 'ADMIN' } }]);
    expect((await send(deleteGroup, routes.deleteScimGroup, groupId)).status).toBe(204);
    expect((await inbox.list({ state: 'PENDING' })).body.data).toEqual([]);
    expect((await inbox.list({ state: 'WITHDRAWN' })).body.data).toHaveLength(1);
    expect((await rowOf(id)).role).toBe('EMPLOYEE');
  });

  test('of another name gives nothing; renamed, it gives what its name says', async () => {
    const { id } = await made();
    const staff = (await group('Everyone', id)).body;
    expect((await new Approvals(acme.as('COMPLIANCE')).list({ state: 'PENDING' })).body.data).toEqual([]);
    const renamed = { Operations: [{ op: 'replace', path: 'displayName', value: 'Vestry-Compliance' }] };
    await send(patchGroup, routes.patchScimGroup, staff.id, renamed);
    expect((await new Approvals(acme.as('ADMIN')).list({ state: 'PENDING' })).body.data).toMatchObject([
      { after: { role: 'COMPLIANCE' } },
    ]);
    const replaced = await send(replaceGroup, routes.replaceScimGroup, staff.id, {
      displayName: 'Everyone',
      members: [],
    });
    expect(replaced.body).toMatchObject({ displayName: 'Everyone', members: [] });
  });

  test('is found by name, with or without its members, and is there once', async () => {
    const { id } = await made();
    await group('Staff', id);
    isError(await group('STAFF'), 409, 'uniqueness');
    const search = (query: Record<string, string>) =>
      call(listGroups, routes.listScimGroups, { as: key, query });
    const found = (await search({ filter: 'displayName eq "staff"' })).body;
    expect(found).toMatchObject({
      totalResults: 1,
      Resources: [{ displayName: 'Staff', members: [{ value: id }] }],
    });
    expect((await search({ excludedAttributes: 'members' })).body.Resources[0].members).toBeUndefined();
    expect((await search({ filter: `members[value eq "${id}"]` })).body.totalResults).toBe(1);
    isError(await send(getGroup, routes.getScimGroup, randomUUID()), 404);
    isError(await group(''), 400, 'invalidValue');
  });
});

/** The requests of Okta's SPEC run, in its order, and what it asks of the answers. */
test('everything is answered that Okta’s SPEC run asks for', async () => {
  const userName = `${randomUUID()}@acme.example`;
  const first = (await find('', { count: '1', startIndex: '1' })).body;
  expect(first).toMatchObject({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    itemsPerPage: 1,
    startIndex: 1,
    totalResults: expect.any(Number),
    Resources: [oktaUser],
  });
  const [{ id }] = first.Resources;
  expect((await send(getUser, routes.getScimUser, id)).body).toMatchObject({ ...oktaUser, id });
  expect((await find(`userName eq "${userName}"`)).body).toMatchObject({ totalResults: 0, Resources: [] });

  const sent = {
    ...user({ userName, displayName: 'Ada Lovelace' }),
    emails: [{ primary: true, value: userName, type: 'work' }],
  };
  const created = await send(createUser, routes.createScimUser, undefined, sent);
  expect([created.status, created.body]).toMatchObject([201, { ...sent, ...oktaUser }]);
  expect((await send(getUser, routes.getScimUser, created.body.id)).body).toEqual(created.body);
  isError(await send(createUser, routes.createScimUser, undefined, sent), 409, 'uniqueness');
  expect((await find(`userName eq "${userName.toUpperCase()}"`)).body.Resources).toEqual([created.body]);
  isError(await send(getUser, routes.getScimUser, randomUUID()), 404);
  expect((await call(listUsers, routes.listScimUsers, {})).status).toBe(401);
  expect((await call(listGroups, routes.listScimGroups, { as: key })).status).toBe(200);
});

/** Applications that are made by Okta's wizard send the whole user, and those of its catalogue what has changed. */
test.each(['PUT', 'PATCH'])(
  'everything is answered that Okta’s CRUD run brings about, by %s',
  async (way) => {
    const userName = `${randomUUID()}@acme.example`;
    const name = { givenName: 'Ada', familyName: 'Lovelace' };
    const sent = {
      ...user({ userName, name, externalId: randomUUID(), displayName: 'Ada Lovelace', locale: 'en-US' }),
      emails: [{ primary: true, value: userName, type: 'work' }],
      groups: [],
    };
    const isThere = async () => (await find(`userName eq "${userName}"`)).body.Resources;
    const change = async (id: string, whole: object, changed: object): Promise<TestResponse> => {
      const { body } = await send(getUser, routes.getScimUser, id);
      return way === 'PUT'
        ? send(replaceUser, routes.replaceScimUser, id, { ...body, ...whole })
        : patch(id, { op: 'replace', value: changed });
    };
    expect(await isThere()).toEqual([]);
    const { body: made } = await send(createUser, routes.createScimUser, undefined, sent);
    expect(await isThere()).toEqual([made]);

    const renamed = { ...name, givenName: 'Augusta' };
    const updated = await change(made.id, { name: renamed }, { 'name.givenName': 'Augusta' });
    expect([updated.status, updated.body.name, updated.body.userName]).toEqual([200, renamed, userName]);
    for (const active of [false, true, false]) {
      const answer = await change(made.id, { active }, { active });
      expect([answer.status, answer.body.active]).toEqual([200, active]);
      expect(await isThere()).toMatchObject([{ id: made.id, active, name: renamed, emails: sent.emails }]);
      expect((await rowOf(made.id)).status).toBe(active ? 'ACTIVE' : 'DISABLED');
    }
  },
);

const oktaUser = {
  id: expect.stringMatching(/./),
  userName: expect.stringMatching(/./),
  active: true,
  name: { givenName: expect.stringMatching(/./), familyName: expect.stringMatching(/./) },
  emails: [{ value: expect.stringMatching(/./) }],
};

/** The direct requests of Microsoft's validation, beyond those of the tables of patch.test.ts. */
test('everything is answered that Microsoft’s direct tests ask for', async () => {
  const schemas = (await send(listSchemas, routes.listScimSchemas)).body.Resources;
  for (const { id, attributes } of schemas) {
    const one = await call(getSchema, routes.getScimSchema, { as: key, params: { schema: id } });
    expect(one.body).toMatchObject({ id, attributes });
  }
  const type = await call(getResourceType, routes.getScimResourceType, { as: key, params: { type: 'User' } });
  expect(type.body).toMatchObject({ id: 'User', endpoint: '/Users', schema: CORE });
  isError(await call(getSchema, routes.getScimSchema, { as: key, params: { schema: 'urn:x' } }), 404);

  // Entra ID adds a flag to its requests if it is asked to, and looks for who isn't there yet.
  expect((await find('userName eq "nobody@acme.example"', { aadOptscim062020: '' })).status).toBe(200);
  const boss = await made();
  const { id } = await made({ [ENTERPRISE]: { manager: { value: boss.id } } });
  const managerOf = async () => (await send(getUser, routes.getScimUser, id)).body[ENTERPRISE]?.manager;
  expect(await managerOf()).toEqual({ value: boss.id });
  await patch(id, { op: 'Replace', path: `${ENTERPRISE}:manager`, value: 'another' });
  expect(await managerOf()).toEqual({ value: 'another' });
  await patch(id, { op: 'Remove', path: `${ENTERPRISE}:manager` });
  expect(await managerOf()).toBeUndefined();
  await patch(id, { op: 'Add', path: 'title', value: 'Countess' });
  await patch(id, { op: 'Replace', path: 'title', value: null });
  expect((await send(getUser, routes.getScimUser, id)).body.title).toBeUndefined();
  const off = await patch(id, { op: 'Replace', path: 'active', value: 'False' });
  expect(off.body.active).toBe(false);
  expect((await find(`id eq "${id}" and active eq "False"`)).body.Resources).toMatchObject([
    { id, active: false },
  ]);
  const empty = (await group('Board')).body;
  expect(empty.members).toEqual([]);
  const both = await send(patchGroup, routes.patchScimGroup, empty.id, {
    Operations: [
      { op: 'Add', path: 'members', value: [{ value: id }, { value: boss.id }] },
      { op: 'Replace', value: { displayName: 'Board of directors' } },
      { op: 'Remove', path: `members[value eq "${boss.id}"]` },
    ],
  });
  expect(both.body).toMatchObject({ displayName: 'Board of directors', members: [{ value: id }] });
});

test('who sends more than a directory may is told to wait, as SCIM has it', async () => {
  vi.stubEnv('REQUESTS_PER_USER', '3');
  const answers = [];
  for (let i = 0; i < 4; i += 1) answers.push(await send(getConfig, routes.getScimConfig));
  vi.unstubAllEnvs();
  expect(answers.slice(0, 3).map(({ status }) => status)).toEqual([200, 200, 200]);
  isError(answers[3] as TestResponse, 429);
  expect(answers[3]?.header('retry-after')).toMatch(/^[1-9]\d*$/);
  expect(answers[3]?.header('ratelimit-policy')).toContain('"provisioning-per-tenant"');
});

test('what the service can do is told', async () => {
  const config = (await send(getConfig, routes.getScimConfig)).body;
  expect(config).toMatchObject({
    patch: { supported: true },
    bulk: { supported: false },
    filter: { maxResults: 200 },
  });
  const types = (await send(listResourceTypes, routes.listScimResourceTypes)).body.Resources;
  expect(types.map(({ name }: { name: string }) => name)).toEqual(['User', 'Group']);
  const schemas = (await send(listSchemas, routes.listScimSchemas)).body.Resources;
  const required = schemas.map(
    (schema: { id: string; attributes: { name: string; required: boolean }[] }) => [
      schema.id,
      schema.attributes.filter(({ required }) => required).map(({ name }) => name),
    ],
  );
  expect(Object.fromEntries(required)).toEqual({
    [CORE]: ['userName'],
    [ENTERPRISE]: [],
    'urn:ietf:params:scim:schemas:core:2.0:Group': ['displayName'],
  });
});

test('what describes the service is not searched: the words of a search are ignored, and a filter is refused', async () => {
  const query = { startIndex: '1', count: '1', attributes: 'id', sortBy: 'id' };
  const described: [Parameters<typeof call>[0], Parameters<typeof call>[1]][] = [
    [getConfig, routes.getScimConfig],
    [listSchemas, routes.listScimSchemas],
    [listResourceTypes, routes.listScimResourceTypes],
  ];
  for (const [handler, route] of described) {
    const whole = await call(handler, route, { as: key });
    expect((await call(handler, route, { as: key, query })).body).toEqual(whole.body);
    isError(await call(handler, route, { as: key, query: { filter: 'id eq "x"' } }), 403);
  }
});

test('only a key of the directory provisions', async () => {
  for (const role of ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'] as const)
    isError(await call(listUsers, routes.listScimUsers, { as: acme.as(role) }), 403);
  isError(await call(listUsers, routes.listScimUsers, {}), 401);
  expect((await call(listUsersOfTenant, users.listUsers, { as: key })).status).toBe(403);
});
