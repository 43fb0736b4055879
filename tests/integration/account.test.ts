import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as changePasswordHandler } from '#functions/identity/change-password.ts';
import { handler as createUserHandler } from '#functions/identity/create-user.ts';
import { handler as endMySessionHandler } from '#functions/identity/end-my-session.ts';
import { handler as endMySessionsHandler } from '#functions/identity/end-my-sessions.ts';
import { handler as endUserSessionsHandler } from '#functions/identity/end-user-sessions.ts';
import { handler as getMeHandler } from '#functions/identity/get-me.ts';
import { handler as listMySessionsHandler } from '#functions/identity/list-my-sessions.ts';
import { handler as listUserSessionsHandler } from '#functions/identity/list-user-sessions.ts';
import { handler as loginHandler } from '#functions/identity/login.ts';
import { handler as requestResetHandler } from '#functions/identity/request-password-reset.ts';
import { handler as resetHandler } from '#functions/identity/reset-password.ts';
import { handler as sendResetHandler } from '#functions/identity/send-password-reset.ts';
import { handler as postNotices } from '#functions/workers/post-notices.ts';
import {
  changePassword,
  endMySession,
  endMySessions,
  endUserSessions,
  getMe,
  listMySessions,
  listUserSessions,
} from '#identity/account/account.routes.ts';
import { rotateSigningKeys } from '#identity/keys/signing-keys.ts';
import { requestPasswordReset, resetPassword } from '#identity/links/links.routes.ts';
import { login } from '#identity/sign-in/sign-in.routes.ts';
import { createUser, sendPasswordReset } from '#identity/users/users.routes.ts';
import { uuidV7 } from '#kernel/ids.ts';
import type { Role } from '#kernel/roles.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { mailsTo, type ReadMail, tokenOf } from '#tests/support/mails.ts';
import { insertPerson, PASSWORD, type Person } from '#tests/support/people.ts';
import { drain } from '#tests/support/queue-driver.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { insertSession, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const OTHER = 'seven quiet lamps beneath the orchard';

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;

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

const newPerson = (role?: Role, change?: Parameters<typeof insertPerson>[3]): Promise<Person> =>
  insertPerson(database.admin, acme, role, change);

async function mails(email: string): Promise<ReadMail[]> {
  await drain(aws, 'notices', postNotices);
  return mailsTo(aws, email);
}

async function signIn(
  email: string,
  password: string,
  tenant: string | undefined = acme.slug,
): Promise<number> {
  return (
    await call(loginHandler, login, { body: { ...(tenant === '' ? {} : { tenant }), email, password } })
  ).status;
}

async function livingSessions({ as }: Person): Promise<string[]> {
  const { rows } = await database.admin.query<{ family_id: string }>(
    'select distinct family_id from refresh_tokens where user_id = $1 and revoked_at is null and rotated_at is null',
    [as.actorId],
  );
  return rows.map(({ family_id }) => family_id);
}

function change(
  { as }: Person,
  current_password: string,
  password: string,
  address?: string,
): Promise<TestResponse> {
  const body = { current_password, password };
  return call(changePasswordHandler, changePassword, {
    as,
    body,
    ...(address === undefined ? {} : { address }),
  });
}

function askForReset(email: string, tenant = acme.slug, address = '203.0.113.7'): Promise<TestResponse> {
  const body = { ...(tenant === '' ? {} : { tenant }), email };
  return call(requestResetHandler, requestPasswordReset, { body, address });
}

function reset(token: string, password = OTHER): Promise<TestResponse> {
  return call(resetHandler, resetPassword, { body: { token, password } });
}

describe('oneself', () => {
  test.each(['EMPLOYEE', 'COMPLIANCE', 'ADMIN'] as const)(
    'an %s learns who they are, and where',
    async (role) => {
      const { email, as } = await newPerson(role);
      const { status, body } = await call(getMeHandler, getMe, { as });
      expect([status, body]).toEqual([
        200,
        {
          ...{ id: as.actorId, email, role, status: 'ACTIVE', employee_id: null, session_id: as.sessionId },
          created_at: expect.any(String),
          created_by: null,
          tenant: {
            ...{ id: acme.id, slug: acme.slug, name: expect.any(String), type: 'ISSUER', status: 'ACTIVE' },
            time_zone: expect.any(String),
          },
        },
      ]);
    },
  );

  test('an operator belongs to no tenant', async () => {
    const { as } = await newPerson('OPERATOR');
    const { body } = await call(getMeHandler, getMe, { as });
    expect(body).toMatchObject({ role: 'OPERATOR', tenant: null });
  });
});

describe('one’s own password', () => {
  test.each(['EMPLOYEE', 'ADMIN', 'OPERATOR'] as const)(
    'of an %s is changed; the other sessions end, and a mail says so',
    async (role) => {
      const person = await newPerson(role);
      await insertSession(database.admin, { ...person.as, sessionId: uuidV7() });
      expect(await change(person, PASSWORD, OTHER)).toMatchObject({ status: 204, text: '' });
      expect(await livingSessions(person)).toEqual([person.as.sessionId]);
      const tenant = role === 'OPERATOR' ? '' : acme.slug;
      expect([
        await signIn(person.email, PASSWORD, tenant),
        await signIn(person.email, OTHER, tenant),
      ]).toEqual([401, 200]);
      expect(await mails(person.email)).toEqual([
        expect.objectContaining({ subject: expect.stringContaining('password') }),
      ]);
    },
  );

  test.each<[string, string, string, string, string]>([
    ['for a wrong one', OTHER, OTHER, '/current_password', 'wrong-password'],
    ['into a common one', PASSWORD, 'Password1234!', '/password', 'common-password'],
    ['into the same', PASSWORD, PASSWORD, '/password', 'unchanged'],
    ['into a short one', PASSWORD, 'short', '/password', 'too-small'],
  ])('is not changed %s', async (_, current, next, pointer, code) => {
    const person = await newPerson();
    expect(await change(person, current, next)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer, code }] },
    });
    expect(await signIn(person.email, PASSWORD)).toBe(200);
    expect(await mails(person.email)).toEqual([]);
    const { rows } = await database.admin.query(
      `select action, resource, problem, payload ->> 'wrong' as wrong from audit_log where actor_id = $1 and problem is not null`,
      [person.as.actorId],
    );
    const refused = {
      action: 'access.denied',
      resource: 'changePassword',
      problem: 'validation-failed',
      wrong: 'password',
    };
    expect(rows).toEqual(code === 'wrong-password' ? [refused] : []);
  });

  test('is guessed ten times from one network, also at once, and no more by whoever has the token', async () => {
    const person = await newPerson();
    const guesses = await Promise.all(
      Array.from({ length: 14 }, (_, n) => change(person, `a wrong password ${n}`, OTHER, '198.51.100.77')),
    );
    expect(guesses.map(({ status }) => status).sort()).toEqual([
      ...Array(10).fill(422),
      ...Array(4).fill(429),
    ]);
    expect((await change(person, PASSWORD, OTHER, '198.51.100.77')).status).toBe(429);
    expect((await change(person, PASSWORD, OTHER)).status).toBe(204);
  });

  test('of two changes at once, one happens', async () => {
    const person = await newPerson();
    const both = await Promise.all([
      change(person, PASSWORD, OTHER),
      change(person, PASSWORD, `${OTHER} too`),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 422]);
  });
});

describe('a reset by mail', () => {
  test.each(['COMPLIANCE', 'OPERATOR'] as const)(
    'of a %s works once, ends all sessions, and is told of',
    async (role) => {
      const person = await newPerson(role);
      const tenant = role === 'OPERATOR' ? '' : acme.slug;
      expect(await askForReset(person.email.toUpperCase(), tenant)).toMatchObject({ status: 202, text: '' });
      const [mail] = await mails(person.email);
      expect(mail?.text).toMatch(/https:\/\/api\.vestry\.example\/password#reset=/);
      expect(await signIn(person.email, PASSWORD, tenant)).toBe(200);
      const token = tokenOf(mail ?? { text: '' }, 'reset');
      const answers = await Promise.all([reset(token), reset(token)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 401]);
      expect(await livingSessions(person)).toEqual([]);
      expect([
        await signIn(person.email, PASSWORD, tenant),
        await signIn(person.email, OTHER, tenant),
      ]).toEqual([401, 200]);
      expect((await mails(person.email)).map(({ subject }) => subject)).toEqual([
        expect.stringContaining('Another password'),
        expect.stringContaining('was changed'),
      ]);
    },
  );

  test.each<[string, () => Promise<[email: string, tenant: string]>]>([
    ['there is not', async () => ['nobody@people.example', acme.slug]],
    ['of a tenant that there is not', async () => [(await newPerson()).email, 'no-such-tenant']],
    [
      'of an operator, by a tenant that there is not',
      async () => [(await newPerson('OPERATOR')).email, 'no-such-tenant'],
    ],
    ['that is disabled', async () => [(await newPerson('OPS', { status: 'DISABLED' })).email, acme.slug]],
    ['that is invited', async () => [(await newPerson('OPS', { status: 'INVITED' })).email, acme.slug]],
    ['without a password', async () => [(await newPerson('OPS', { has_password: false })).email, acme.slug]],
  ])('of an account %s is answered as any other, and brings no mail', async (_, account) => {
    const [email, tenant] = await account();
    const known = await askForReset((await newPerson()).email);
    const answer = await askForReset(email, tenant);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: known.status, text: known.text });
    expect(await mails(email)).toEqual([]);
  });

  test('is asked for ten times from one network, whether or not there is the account', async () => {
    for (const email of [(await newPerson()).email, 'nobody-2@people.example']) {
      const statuses: number[] = [];
      for (let n = 0; n < 12; n += 1)
        statuses.push((await askForReset(email, acme.slug, '198.51.100.9')).status);
      expect(statuses).toEqual([...Array(10).fill(202), 429, 429]);
    }
  });

  test('fills no mailbox, from however many networks', async () => {
    const { email } = await newPerson();
    for (let n = 0; n < 12; n += 1) await askForReset(email, acme.slug, `198.51.100.${100 + n}`);
    expect(await mails(email)).toHaveLength(10);
  });

  test.each<[string, (token: string, person: Person) => Promise<string>]>([
    [
      'expired',
      async (token, { as }) => {
        await database.admin.query('update sign_in_links set expires_at = now() where user_id = $1', [
          as.actorId,
        ]);
        return token;
      },
    ],
    [
      'replaced',
      async (token, { email }) => {
        await askForReset(email);
        await mails(email);
        return token;
      },
    ],
    [
      'of a user who has changed the password since',
      async (token, person) => {
        await change(person, PASSWORD, OTHER);
        return token;
      },
    ],
    ['of another tenant', async (token) => token.replace(/^[^.]+/, randomUUID())],
    ['unknown', async (token) => `${token.slice(0, -2)}xx`],
  ])('by a link that is %s is refused', async (_, spoil) => {
    const person = await newPerson();
    await askForReset(person.email);
    const [mail] = await mails(person.email);
    const token = await spoil(tokenOf(mail ?? { text: '' }, 'reset'), person);
    expect(await reset(token, 'yet another password of mine')).toMatchObject({
      status: 401,
      body: { type: '/problems/invalid-link' },
    });
  });

  test('an ADMIN sends the link, or the invitation again, to the user alone', async () => {
    const send = (id: string) =>
      call(sendResetHandler, sendPasswordReset, { as: acme.as('ADMIN'), params: { id } });
    const person = await newPerson();
    expect(await send(person.as.actorId)).toMatchObject({ status: 202, text: '' });
    expect(tokenOf((await mails(person.email))[0] ?? { text: '' }, 'reset')).not.toBe('');
    const email = 'invited@people.example';
    const body = { email, role: 'EMPLOYEE' };
    const { id } = (await call(createUserHandler, createUser, { as: acme.as('ADMIN'), body })).body;
    await send(id);
    const [first, second] = (await mails(email)).map((mail) => tokenOf(mail));
    expect(second).toMatch(/./);
    expect(second).not.toBe(first);
    expect((await send(uuidV7())).status).toBe(404);
  });
});

describe('sessions', () => {
  const list = ({ as }: Person) => call(listMySessionsHandler, listMySessions, { as });
  const endOne = ({ as }: Person, id: string) =>
    call(endMySessionHandler, endMySession, { as, params: { id } });

  test('are listed with where, by what and how they began, and end one by one', async () => {
    const person = await newPerson();
    const headers = { 'User-Agent': 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0' };
    const body = { tenant: acme.slug, email: person.email, password: PASSWORD };
    await call(loginHandler, login, { body, headers, address: '198.51.100.8' });
    const { data } = (await list(person)).body;
    expect(data).toHaveLength(2);
    const other = data.find(({ current }: { current: boolean }) => !current);
    expect(other).toMatchObject({
      method: 'PASSWORD',
      amr: ['pwd'],
      source_ip: '198.51.100.8',
      device: 'Firefox on Windows',
    });
    expect((await endOne(await newPerson(), other.id)).status).toBe(404);
    expect((await endOne(person, other.id)).status).toBe(204);
    expect((await endOne(person, other.id)).status).toBe(404);
    expect((await list(person)).body.data).toMatchObject([{ id: person.as.sessionId, current: true }]);
    expect((await endOne(person, person.as.sessionId)).status).toBe(204);
    expect((await list(person)).status).toBe(401);
  });

  test.each([
    ['all but the one of the request', {}, 200],
    ['all', { current: 'true' }, 401],
  ])('end at once: %s', async (_, query, then) => {
    const person = await newPerson();
    for (let n = 0; n < 2; n += 1) await insertSession(database.admin, { ...person.as, sessionId: uuidV7() });
    expect((await call(endMySessionsHandler, endMySessions, { as: person.as, query })).status).toBe(204);
    expect(await livingSessions(person)).toHaveLength(then === 200 ? 1 : 0);
    expect((await list(person)).status).toBe(then);
  });

  test('of a user are seen and ended by an ADMIN', async () => {
    const person = await newPerson();
    const of = { as: acme.as('ADMIN'), params: { id: person.as.actorId } };
    expect((await call(listUserSessionsHandler, listUserSessions, of)).body.data).toMatchObject([
      { id: person.as.sessionId },
    ]);
    expect((await call(endUserSessionsHandler, endUserSessions, of)).status).toBe(204);
    expect((await list(person)).status).toBe(401);
  });

  test('that begin in a new place, or by a new program, are told of; the first, and known ones, are not', async () => {
    const person = await newPerson();
    await database.admin.query('delete from sessions where user_id = $1', [person.as.actorId]);
    const from = async (address: string, program: string) => {
      const body = { tenant: acme.slug, email: person.email, password: PASSWORD };
      await call(loginHandler, login, { body, address, headers: { 'User-Agent': program } });
      return (await mails(person.email)).length;
    };
    expect([
      await from('198.51.100.31', 'curl/8.1'),
      await from('198.51.100.31', 'curl/8.2'),
      await from('198.51.100.32', 'curl/8.2'),
      await from('198.51.100.32', 'Mozilla/5.0 (X11; Linux) Firefox/140.0 https://evil.example'),
      await from('198.51.100.32', 'Mozilla/5.0 (X11; Linux) Firefox/141.0'),
    ]).toEqual([0, 0, 1, 2, 2]);
    const [, second] = await mails(person.email);
    expect(second?.text).toContain('Firefox on Linux, from the address 198.51.100.32');
    expect(second?.text).not.toContain('evil');
  });
});
