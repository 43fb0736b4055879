import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler as addHandler } from '#functions/identity/add-passkey.ts';
import { handler as beginAddHandler } from '#functions/identity/begin-passkey.ts';
import { handler as beginHandler } from '#functions/identity/begin-passkey-sign-in.ts';
import { handler as getUserHandler } from '#functions/identity/get-user.ts';
import { handler as listSessionsHandler } from '#functions/identity/list-my-sessions.ts';
import { handler as listHandler } from '#functions/identity/list-passkeys.ts';
import { handler as loginHandler } from '#functions/identity/login.ts';
import { handler as refreshHandler } from '#functions/identity/refresh-session.ts';
import { handler as removeHandler } from '#functions/identity/remove-passkey.ts';
import { handler as renameHandler } from '#functions/identity/rename-passkey.ts';
import { handler as signInHandler } from '#functions/identity/sign-in-by-passkey.ts';
import { handler as postNotices } from '#functions/workers/post-notices.ts';
import { listMySessions } from '#identity/account/account.routes.ts';
import { rotateSigningKeys } from '#identity/keys/signing-keys.ts';
import {
  beginPasskeySignIn,
  signInByPasskey,
} from '#identity/second-factor/passkeys/passkey-sign-in.routes.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { login, refreshSession } from '#identity/sign-in/sign-in.routes.ts';
import { getUser } from '#identity/users/users.routes.ts';
import type { Role } from '#kernel/roles.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { Authenticator, type Deviation } from '#tests/support/authenticator.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { mailsTo } from '#tests/support/mails.ts';
import { insertPerson, PASSWORD, type Person } from '#tests/support/people.ts';
import { drain } from '#tests/support/queue-driver.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

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

beforeEach(() => {
  vi.stubEnv('SECOND_FACTOR', 'on');
  vi.stubEnv('CORS_ORIGINS', 'http://localhost:*');
  return () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  };
});

const CHALLENGE_MS = 5 * 60_000;

const begin = async (): Promise<{ challenge: string; [name: string]: unknown }> =>
  (await call(beginHandler, beginPasskeySignIn)).body.options;
const signIn = (passkey: unknown, more: object = {}, address = '203.0.113.7'): Promise<TestResponse> =>
  call(signInHandler, signInByPasskey, { body: { passkey, ...more }, address });
const beginAdding = ({ as }: Person) => call(beginAddHandler, routes.beginPasskey, { as });
const add = ({ as }: Person, credential: unknown, name = 'Laptop') =>
  call(addHandler, routes.addPasskey, { as, body: { name, credential } });

interface Holder extends Person {
  readonly authenticator: Authenticator;
  readonly passkeyId: string;
}

async function holder(
  role: Role = 'OPS',
  tenant = acme,
  authenticator = new Authenticator(),
): Promise<Holder> {
  const person = await insertPerson(database.admin, tenant, role);
  const { options } = (await beginAdding(person)).body;
  const added = await add(person, authenticator.create(options));
  expect(added.status).toBe(201);
  return { ...person, authenticator, passkeyId: added.body.id };
}

const codeOf = ({ body }: TestResponse): unknown => body.errors?.[0]?.code;

/** The entry of a user’s latest attempt to sign in. */
async function lastEntry({ as }: Person): Promise<object | undefined> {
  const { rows } = await database.admin.query(
    `select action, problem, coalesce(payload->>'passkey', payload->>'passkey_id') as passkey, tenant_id from audit_log
      where tenant_id = $1 and action like 'login.%' and (payload->>'user' = $2::text or actor_id = $2::text) order by id desc limit 1`,
    [as.tenantId, as.actorId],
  );
  return rows[0];
}

describe('a sign-in by a passkey alone', () => {
  test.each(['ADMIN', 'OPS', 'EMPLOYEE', 'OPERATOR'] as const)(
    'names nobody, begins a session of an %s, and is both factors where a second one is demanded',
    async (role) => {
      const person = await holder(role);
      const options = await begin();
      expect(options).toMatchObject({
        ...{ rpId: 'localhost', userVerification: 'required', allowCredentials: [] },
      });
      const done = await signIn(person.authenticator.get(options));
      expect(done).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
      const renewed = await call(refreshHandler, refreshSession, {
        body: { refresh_token: done.body.refresh_token },
      });
      expect(renewed.status).toBe(200);
      const sessions = (await call(listSessionsHandler, listMySessions, { as: person.as })).body.data;
      expect(sessions).toContainEqual(
        expect.objectContaining({
          ...{ method: 'PASSKEY', amr: ['pop', 'mfa'], second_factor_at: expect.any(String) },
        }),
      );
      const listed = (await call(listHandler, routes.listPasskeys, { as: person.as })).body.data;
      expect(listed).toMatchObject([{ name: 'Laptop', last_used_at: expect.any(String) }]);
      expect(await lastEntry(person)).toMatchObject({ action: 'login.succeeded', passkey: person.passkeyId });
    },
  );

  test('keeps the session of a browser in a cookie, and tells of a new place by mail', async () => {
    const person = await holder();
    const done = await signIn(person.authenticator.get(await begin()), { session: 'cookie' }, '198.51.100.9');
    expect(done.body).not.toHaveProperty('refresh_token');
    expect(done.header('set-cookie')).toMatch(/^__Host-vestry-session=.*HttpOnly; SameSite=Strict$/);
    await drain(aws, 'notices', postNotices);
    expect((await mailsTo(aws, person.email)).length).toBeGreaterThan(1);
  });

  test('works once with what was signed, also for racers, and in time', async () => {
    const person = await holder();
    const { authenticator } = person;
    const challenge = await begin();
    const signed = authenticator.get(challenge);
    const both = await Promise.all([signIn(signed), signIn(signed)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(codeOf(await signIn(signed))).toBe('counter-back');
    expect(codeOf(await signIn(person.authenticator.get(challenge)))).toBe('wrong-challenge');
    expect(await lastEntry(person)).toMatchObject({ action: 'login.failed', passkey: 'wrong-challenge' });
    const late = authenticator.get(await begin());
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + CHALLENGE_MS + 1);
    expect(codeOf(await signIn(late))).toBe('wrong-challenge');
  });

  test('signs a challenge that we have made: none of another purpose, changed, or written otherwise', async () => {
    const person = await holder();
    const { challenge } = await begin();
    const [id = '', endsMs = '', ...rest] = Buffer.from(challenge, 'base64url').toString().split('.');
    const written = (...parts: readonly string[]) => Buffer.from(parts.join('.')).toString('base64url');
    const adding = (await beginAdding(person)).body.options.challenge;
    for (const other of [
      ...[adding, '', 'AAAA', '0', Buffer.alloc(3_000).toString('base64url').slice(0, 2_000)],
      written(id, String(Number(endsMs) + 60_000), ...rest),
      written('01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d', endsMs, ...rest),
      written(id, endsMs, 'v2', ...rest.slice(1)),
      `${challenge}=`,
      `${challenge}\n`,
    ])
      expect(codeOf(await signIn(person.authenticator.get({ challenge: other }))), other).toBe(
        'wrong-challenge',
      );
    const kept = await signIn(person.authenticator.get({ challenge }), {}, '198.51.100.10');
    expect(kept.status).toBe(200);
  });

  test.each<readonly [reason: string, deviation: Deviation]>([
    ['wrong-origin', { origin: 'https://evil.example' }],
    ['wrong-origin', { crossOrigin: true }],
    ['wrong-domain', { domain: 'evil.example' }],
    ['wrong-type', { type: 'webauthn.create' }],
    ['wrong-challenge', { challenge: 'b3RoZXI' }],
    ['not-verified', { flags: 0b001 }],
    ['not-verified', { flags: 0b100 }],
    ['counter-back', { count: 1 }],
    ['counter-back', { count: 0 }],
  ])('is refused as %s: %j, and the trail of its tenant says so', async (reason, deviation) => {
    const person = await holder();
    const refused = await signIn(person.authenticator.get(await begin(), deviation));
    expect(refused).toMatchObject({
      status: 401,
      body: { type: '/problems/invalid-credentials', errors: [{ pointer: '/passkey', code: reason }] },
    });
    expect(await lastEntry(person)).toMatchObject({
      ...{ action: 'login.failed', problem: 'invalid-credentials', passkey: reason },
    });
    expect((await signIn(person.authenticator.get(await begin(), { count: 9 }))).status).toBe(200);
  });

  test('is refused alike for whatever would tell a passkey, or its user, from none', async () => {
    const [person, other] = [await holder(), await holder()];
    const nobody = new Authenticator();
    const disabled = await holder();
    const removed = await holder();
    await database.admin.query(`update users set status = 'DISABLED' where id = $1`, [disabled.as.actorId]);
    const { status } = await call(removeHandler, routes.removePasskey, {
      ...{ as: removed.as, params: { id: removed.passkeyId } },
    });
    expect(status).toBe(204);
    const handleOf = (id: string) => Buffer.from(id).toString('base64url');
    const answers = [
      await signIn(nobody.get(await begin())),
      await signIn(nobody.get(await begin(), { userHandle: handleOf(person.as.actorId) })),
      await signIn(person.authenticator.get(await begin(), { forged: true })),
      await signIn(person.authenticator.get(await begin(), { userHandle: handleOf(other.as.actorId) })),
      await signIn(person.authenticator.get(await begin(), { userHandle: '' })),
      await signIn(person.authenticator.get(await begin(), { userHandle: handleOf("' or true --") })),
      await signIn({ ...person.authenticator.get(await begin()), id: other.authenticator.credentialId }),
      await signIn(disabled.authenticator.get(await begin())),
      await signIn(removed.authenticator.get(await begin())),
    ];
    const bodies = answers.map(({ body: { instance, ...body } }) => body);
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(bodies[0]).toMatchObject({ status: 401, errors: [{ code: 'unknown-passkey' }] });
    expect(await lastEntry(disabled)).toMatchObject({ action: 'login.failed', passkey: 'user-inactive' });
    expect(await lastEntry(person)).toMatchObject({ action: 'login.failed', passkey: 'wrong-signature' });
    const { rows } = await database.admin.query(
      `select 1 from audit_log where tenant_id = $1 and resource = 'signInByPasskey' and payload->>'passkey' = 'unknown-passkey'`,
      [PLATFORM_TENANT_ID],
    );
    expect(rows.length).toBeGreaterThan(0);
  });

  test('is refused as a password is: of a suspended tenant, from another network, and where single sign-on is required', async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const [person, admin] = [await holder('OPS', tenant), await holder('ADMIN', tenant)];
    const settings = (sso: boolean, networks: string[] | null) =>
      database.admin.query(
        `insert into sign_in_settings (tenant_id, sso_required, break_glass_user_id, networks) values ($1, $2, $3, $4)
         on conflict (tenant_id) do update set (sso_required, break_glass_user_id, networks)
           = (excluded.sso_required, excluded.break_glass_user_id, excluded.networks)`,
        [tenant.id, sso, sso ? admin.as.actorId : null, networks],
      );
    const both = async ({ authenticator, email }: Holder) => [
      (await signIn(authenticator.get(await begin()))).body.type,
      (await call(loginHandler, login, { body: { tenant: tenant.slug, email, password: PASSWORD } })).body
        .type,
    ];
    await settings(true, null);
    expect(await both(person)).toEqual(['/problems/sso-required', '/problems/sso-required']);
    expect(await lastEntry(person)).toMatchObject({ action: 'login.failed', problem: 'sso-required' });
    expect((await signIn(admin.authenticator.get(await begin()))).status).toBe(200);
    await settings(false, ['198.51.100.0/24']);
    expect(await both(person)).toEqual(['/problems/network-not-allowed', '/problems/network-not-allowed']);
    await settings(false, null);
    await database.admin.query(`update tenants set status = 'SUSPENDED' where id = $1`, [tenant.id]);
    expect(await both(person)).toEqual(['/problems/tenant-suspended', '/problems/tenant-suspended']);
  });

  test('finds the tenant of its user, where one device keeps passkeys of two', async () => {
    const tenant = await insertTestTenant(database.admin, 'SPONSOR');
    const device = new Authenticator();
    const here = await holder('OPS', acme, device);
    const handle = Buffer.from(here.as.actorId).toString('base64url');
    const there = await holder('OPS', tenant, device);
    expect((await signIn(device.get(await begin()))).status).toBe(200);
    expect(await lastEntry(there)).toMatchObject({ action: 'login.succeeded', tenant_id: tenant.id });
    expect(await lastEntry(here)).toBeUndefined();
    expect((await signIn(device.get(await begin(), { userHandle: handle, count: 9 }))).status).toBe(200);
    expect(await lastEntry(here)).toMatchObject({ action: 'login.succeeded', tenant_id: acme.id });
  });

  test('is tried ten times from one network in vain, and then waits', async () => {
    const { authenticator } = await holder();
    const answers: TestResponse[] = [];
    for (let n = 0; n < 11; n++)
      answers.push(await signIn(authenticator.get(await begin(), { forged: true }), {}, '192.0.2.9'));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    expect((await signIn(authenticator.get(await begin()), {}, '192.0.2.200')).status).toBe(200);
  });
});

describe('a new passkey', () => {
  test('of somebody without a factor needs a sign-in of the last five minutes: a stolen token makes no way in that stays', async () => {
    const person = await insertPerson(database.admin, acme);
    const begunMinutesAgo = (minutes: number) =>
      database.admin.query(
        'update sessions set started_at = now() - make_interval(mins => $2) where id = $1',
        [person.as.sessionId, minutes],
      );
    await begunMinutesAgo(6);
    expect(await beginAdding(person)).toMatchObject({
      ...{ status: 403, body: { type: '/problems/fresh-sign-in-required' } },
    });
    await begunMinutesAgo(4);
    const { options } = (await beginAdding(person)).body;
    expect(options.authenticatorSelection).toEqual({
      ...{ residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    });
    expect((await add(person, new Authenticator().create(options))).status).toBe(201);
  });

  test('has a name that its user can change, and nobody else', async () => {
    const [person, other] = [await holder(), await holder()];
    const rename = ({ as }: Person, name: unknown) =>
      call(renameHandler, routes.renamePasskey, { as, params: { id: person.passkeyId }, body: { name } });
    expect(await rename(person, 'Old laptop')).toMatchObject({ status: 200, body: { name: 'Old laptop' } });
    expect((await rename(other, 'Mine')).status).toBe(404);
    for (const name of ['', ' ', 'x'.repeat(61), 'a\u0000b', null])
      expect((await rename(person, name)).status).toBe(422);
    expect((await call(listHandler, routes.listPasskeys, { as: person.as })).body.data).toMatchObject([
      { name: 'Old laptop' },
    ]);
    const { rows } = await database.admin.query(
      `select payload from audit_log where actor_id = $1 and action = 'second-factor.renamed'`,
      [person.as.actorId],
    );
    expect(rows).toEqual([{ payload: { name: '***' } }]);
  });

  test('is counted where an ADMIN looks at its user', async () => {
    const [person, admin] = [await holder(), await insertPerson(database.admin, acme, 'ADMIN')];
    const seen = (as: Person['as'], id: string) => call(getUserHandler, getUser, { as, params: { id } });
    expect((await seen(admin.as, person.as.actorId)).body.second_factor).toEqual({
      ...{ enrolled_at: null, passkeys: 1 },
    });
    expect((await seen(admin.as, admin.as.actorId)).body.second_factor).toEqual({
      ...{ enrolled_at: null, passkeys: 0 },
    });
  });
});
