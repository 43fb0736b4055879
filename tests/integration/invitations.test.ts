import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { handler as acceptHandler } from '#functions/identity/accept-invitation.ts';
import { handler as createTenantHandler } from '#functions/identity/create-tenant.ts';
import { handler as createUserHandler } from '#functions/identity/create-user.ts';
import { handler as inviteHandler } from '#functions/identity/invite-user.ts';
import { handler as loginHandler } from '#functions/identity/login.ts';
import { handler as resetHandler } from '#functions/identity/request-password-reset.ts';
import { handler as revokeHandler } from '#functions/identity/revoke-invitation.ts';
import { handler as updateUserHandler } from '#functions/identity/update-user.ts';
import { rotateSigningKeys } from '#identity/keys/signing-keys.ts';
import { acceptInvitation, requestPasswordReset } from '#identity/links/links.routes.ts';
import { login } from '#identity/sign-in/sign-in.routes.ts';
import { createTenant } from '#identity/tenants/tenants.routes.ts';
import { createUser, inviteUser, revokeInvitation, updateUser } from '#identity/users/users.routes.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { approved } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { mailsTo, tokenOf } from '#tests/support/mails.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const PASSWORD = 'correct horse battery staple';
const REFUSED = { status: 401, body: { type: '/problems/invalid-link' } };

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let emails = 0;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  acme = await insertTestTenant(database.admin, 'ISSUER');
  await rotateSigningKeys(new Date());
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

const newEmail = () => `person-${++emails}@people.example`;

function invite(
  email: string,
  role = 'EMPLOYEE',
  headers: Record<string, string> = {},
): Promise<TestResponse> {
  return call(createUserHandler, createUser, { as: acme.as('ADMIN'), body: { email, role }, headers });
}

function inviteAgain(id: string): Promise<TestResponse> {
  return call(inviteHandler, inviteUser, { as: acme.as('ADMIN'), params: { id } });
}

function accept(token: string, password = PASSWORD, address = '203.0.113.7'): Promise<TestResponse> {
  return call(acceptHandler, acceptInvitation, { body: { token, password }, address });
}

function signIn(email: string, tenant = acme.slug): Promise<TestResponse> {
  return call(loginHandler, login, { body: { tenant, email, password: PASSWORD } });
}

function update(id: string, version: number, body: object): Promise<TestResponse> {
  const headers = { 'If-Match': `"${version}"` };
  return call(updateUserHandler, updateUser, { as: acme.as('ADMIN'), params: { id }, body, headers });
}

const tokenIn = (url: string) => tokenOf({ text: url });

test('whoever is invited sets their own password by the link, once, and signs in', async () => {
  const email = newEmail();
  const { status, body } = await invite(email);
  expect({ status, body }).toMatchObject({ status: 201, body: { status: 'INVITED', email } });
  expect(body.invitation_url).toMatch(/^https:\/\/api\.vestry\.example\/password#invitation=/);
  const [mail] = await mailsTo(aws, email);
  expect(mail?.text).toContain(body.invitation_url);
  expect(mail?.html).toContain(`href="${body.invitation_url}"`);
  expect((await signIn(email)).status).toBe(401);
  const token = tokenIn(body.invitation_url);
  expect(await accept(token)).toMatchObject({ status: 204, text: '' });
  expect((await signIn(email)).status).toBe(200);
  expect(await accept(token)).toMatchObject(REFUSED);
});

test('of many who follow a link at once, one sets the password', async () => {
  const { body } = await invite(newEmail());
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => accept(tokenIn(body.invitation_url), `${PASSWORD} ${n}`)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(7).fill(401)]);
});

describe('a link that does not work is refused alike, and the trail says so', () => {
  let sources = 0;
  test.each<[string, (token: string, id: string) => Promise<string>]>([
    [
      'expired',
      async (token, id) => {
        await database.admin.query('update sign_in_links set expires_at = now() where user_id = $1', [id]);
        return token;
      },
    ],
    [
      'revoked',
      async (token, id) => {
        const revoked = await call(revokeHandler, revokeInvitation, { as: acme.as('ADMIN'), params: { id } });
        expect(revoked.status).toBe(204);
        return token;
      },
    ],
    [
      'replaced',
      async (token, id) => {
        expect(tokenIn((await inviteAgain(id)).body.invitation_url)).not.toBe(token);
        return token;
      },
    ],
    [
      'of a user who was disabled',
      async (token, id) => {
        expect((await update(id, 1, { status: 'DISABLED' })).status).toBe(200);
        return token;
      },
    ],
    [
      'of another tenant',
      async (token) => token.replace(/^[^.]+/, (await insertTestTenant(database.admin, 'ISSUER')).id),
    ],
    ['of a tenant that there is not', async (token) => token.replace(/^[^.]+/, randomUUID())],
    ['unknown', async (token) => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
    ['no token at all', async () => "x' or 1=1 --"],
  ])('%s', async (kind, spoil) => {
    const email = newEmail();
    const { body } = await invite(email);
    const spoilt = await spoil(tokenIn(body.invitation_url), body.id);
    const address = `198.51.100.${++sources}`;
    const answer = await accept(spoilt, PASSWORD, address);
    expect(answer).toMatchObject(REFUSED);
    expect(answer.body.detail).toBe((await accept('nobody')).body.detail);
    expect((await signIn(email)).status).toBe(401);
    const { rows } = await database.admin.query(
      `select tenant_id, action, resource, problem, payload ->> 'user' as user from audit_log where source_ip = $1`,
      [address],
    );
    const isOfUser = ![
      'of another tenant',
      'of a tenant that there is not',
      'unknown',
      'no token at all',
    ].includes(kind);
    expect(rows).toEqual([
      {
        ...{ action: 'access.denied', resource: 'acceptInvitation', problem: 'invalid-link' },
        ...(isOfUser ? { tenant_id: acme.id, user: body.id } : { tenant_id: PLATFORM_TENANT_ID, user: null }),
      },
    ]);
  });
});

test('a guessable password leaves the link as it was', async () => {
  const { body } = await invite(newEmail());
  const token = tokenIn(body.invitation_url);
  expect(await accept(token, 'Password1234!')).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/password', code: 'common-password' }] },
  });
  expect((await accept(token)).status).toBe(204);
});

test('a privileged user is invited when another has approved it, and only by mail', async () => {
  const email = newEmail();
  const asked = await invite(email, 'OPS');
  expect(asked.status).toBe(202);
  expect(await mailsTo(aws, email)).toEqual([]);
  const { body } = await approved(acme, asked);
  const [mail] = await mailsTo(aws, email);
  const again = await inviteAgain(body.subject.id);
  expect(again).toMatchObject({ status: 200, body: { status: 'INVITED' } });
  expect(asked.text + again.text).not.toContain('#invitation=');
  expect(await accept(tokenOf(mail ?? { text: '' }))).toMatchObject(REFUSED);
  const [, second] = await mailsTo(aws, email);
  expect((await accept(tokenOf(second ?? { text: '' }))).status).toBe(204);
  expect((await signIn(email)).status).toBe(200);
});

test('a tenant begins with users who are invited, and whose links the operator does not see', async () => {
  const as = await insertTestOperator(database.admin);
  const [slug, admin, officer] = [`t${randomUUID().slice(0, 8)}`, newEmail(), newEmail()];
  const body = {
    slug,
    name: 'New',
    type: 'ISSUER',
    admin: { email: admin },
    first_compliance: { email: officer },
  };
  const created = await call(createTenantHandler, createTenant, { as, body });
  expect(created.status).toBe(201);
  expect(created.text).not.toContain('#invitation=');
  for (const email of [admin, officer]) {
    const [mail] = await mailsTo(aws, email);
    expect((await accept(tokenOf(mail ?? { text: '' }))).status).toBe(204);
    expect((await signIn(email, slug)).status).toBe(200);
  }
});

test('a link is stored nowhere: not with the user, the change, the trail, the outbox or the answer that is repeated', async () => {
  const [employee, officer] = [newEmail(), newEmail()];
  const headers = { 'Idempotency-Key': randomUUID() };
  const first = await invite(employee, 'EMPLOYEE', headers);
  const repeated = await invite(employee, 'EMPLOYEE', headers);
  expect(repeated).toMatchObject({ status: 201, body: { id: first.body.id } });
  expect(repeated.header('idempotency-replayed')).toBe('true');
  expect(repeated.body).not.toHaveProperty('invitation_url');
  await invite(officer, 'COMPLIANCE');
  const secret = tokenIn(first.body.invitation_url).split('.')[1] ?? '';
  expect(secret).toHaveLength(43);
  const { rows: tables } = await database.admin.query<{ name: string }>(
    `select table_name as name from information_schema.columns where table_schema = 'vestry' and column_name = 'tenant_id'
      group by table_name`,
  );
  for (const { name } of tables) {
    const { rows } = await database.admin.query(
      `select 1 from ${name} t where tenant_id = $1 and (t::text like '%' || $2 || '%' or t::text like '%#invitation=%')`,
      [acme.id, secret],
    );
    expect([name, rows.length]).toEqual([name, 0]);
  }
});

test('a user gets at most ten links a day, and only while invited', async () => {
  const { body } = await invite(newEmail());
  const again = async () => (await inviteAgain(body.id)).status;
  const statuses: number[] = [];
  for (let n = 0; n < 10; n += 1) statuses.push(await again());
  expect(statuses).toEqual([...Array(9).fill(200), 429]);
  const [other] = [(await invite(newEmail())).body];
  await accept(tokenIn(other.invitation_url));
  expect((await inviteAgain(other.id)).status).toBe(404);
});

test.each([
  ['status', { status: 'ACTIVE' }],
  ['password', { password: PASSWORD }],
])('nobody lets in by %s who is invited', async (field, change) => {
  const { body } = await invite(newEmail());
  expect(await update(body.id, 1, change)).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: `/${field}`, code: 'invited' }] },
  });
});

test.each([
  ['a line end', 'a@b.example\r\nBcc: thief@evil.example'],
  ['a line feed alone', 'a@b.example\nx'],
  ['a NUL', 'a\0@b.example'],
  ['two addresses', 'a@b.example,c@d.example'],
  ['a name before it', 'A <a@b.example>'],
])('an address with %s is refused by name, wherever one is sent', async (_, email) => {
  const operator = await insertTestOperator(database.admin);
  const ofTenant = (more: object): Promise<TestResponse> =>
    call(createTenantHandler, createTenant, {
      as: operator,
      body: { slug: 'never-made', name: 'New', type: 'ISSUER', admin: { email: newEmail() }, ...more },
    });
  const ways: [string, Promise<TestResponse>][] = [
    ['/email', invite(email)],
    ['/admin/email', ofTenant({ admin: { email } })],
    ['/first_compliance/email', ofTenant({ first_compliance: { email } })],
    ['/email', signIn(email)],
    ['/email', call(resetHandler, requestPasswordReset, { body: { tenant: acme.slug, email } })],
  ];
  for (const [pointer, sent] of ways) {
    const { status, body } = await sent;
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  }
});

test('where an environment does not allow it, nobody sets the password of another', async () => {
  vi.stubEnv('PASSWORDS_BY_ADMIN', 'off');
  const as = acme.as('ADMIN');
  const refused = { status: 422, body: { errors: [{ pointer: '/password', code: 'password-of-another' }] } };
  const body = { email: newEmail(), role: 'EMPLOYEE', password: PASSWORD };
  expect(await call(createUserHandler, createUser, { as, body })).toMatchObject(refused);
  const { id } = (await invite(newEmail())).body;
  expect(await update(id, 1, { password: PASSWORD })).toMatchObject(refused);
  const operator = await insertTestOperator(database.admin);
  const tenant = {
    slug: 'never-made',
    name: 'New',
    type: 'ISSUER',
    admin: { email: newEmail(), password: PASSWORD },
  };
  expect(await call(createTenantHandler, createTenant, { as: operator, body: tenant })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/admin/password' }] },
  });
  vi.unstubAllEnvs();
});
