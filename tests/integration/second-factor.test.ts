import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { approveChange } from '#approvals/approvals.routes.ts';
import { handler as approveHandler } from '#functions/approvals/approve-change.ts';
import { handler as addPasskeyHandler } from '#functions/identity/add-passkey.ts';
import { handler as beginPasskeyHandler } from '#functions/identity/begin-passkey.ts';
import { handler as beginStepUpHandler } from '#functions/identity/begin-step-up.ts';
import { handler as completeHandler } from '#functions/identity/complete-sign-in.ts';
import { handler as confirmHandler } from '#functions/identity/confirm-second-factor.ts';
import { handler as createConnectionHandler } from '#functions/identity/create-connection.ts';
import { handler as enrolAtSignInHandler } from '#functions/identity/enrol-at-sign-in.ts';
import { handler as enrolHandler } from '#functions/identity/enrol-second-factor.ts';
import { handler as getFactorHandler } from '#functions/identity/get-second-factor.ts';
import { handler as listPasskeysHandler } from '#functions/identity/list-passkeys.ts';
import { handler as loginHandler } from '#functions/identity/login.ts';
import { handler as removePasskeyHandler } from '#functions/identity/remove-passkey.ts';
import { handler as removeHandler } from '#functions/identity/remove-second-factor.ts';
import { handler as renewHandler } from '#functions/identity/renew-recovery-codes.ts';
import { handler as resetHandler } from '#functions/identity/reset-second-factor.ts';
import { handler as setSettingsHandler } from '#functions/identity/set-sign-in-settings.ts';
import { handler as stepUpHandler } from '#functions/identity/step-up.ts';
import { handler as setPaymentSettingsHandler } from '#functions/payments/set-payment-settings.ts';
import { handler as setRegisterSettingsHandler } from '#functions/register/set-register-settings.ts';
import { handler as postNotices } from '#functions/workers/post-notices.ts';
import { createConnection } from '#identity/connections/connections.routes.ts';
import { rotateSigningKeys } from '#identity/keys/signing-keys.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { stepAt, totpOf } from '#identity/second-factor/totp.ts';
import { login } from '#identity/sign-in/sign-in.routes.ts';
import { setSignInSettings } from '#identity/sign-in-settings/sign-in-settings.routes.ts';
import { resetSecondFactor } from '#identity/users/users.routes.ts';
import type { Role } from '#kernel/roles.ts';
import { setPaymentSettings } from '#payments/settings/payment-settings.routes.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { setRegisterSettings } from '#register/limits/register-settings.routes.ts';
import { approved } from '#tests/support/approvals.ts';
import { type Algorithm, Authenticator, type Deviation } from '#tests/support/authenticator.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { mailsTo } from '#tests/support/mails.ts';
import { insertPerson, PASSWORD, type Person } from '#tests/support/people.ts';
import { drain } from '#tests/support/queue-driver.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { authorizerVerdict } from '#tests/support/sign-in.ts';
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

/** The time that a test takes on a busy machine: no step of codes ends within it, lest a code be too old when it is checked. */
const TEST_MS = 4_000;
const STEP_MS = 30_000;

beforeEach(async () => {
  const leftMs = STEP_MS - (Date.now() % STEP_MS);
  if (leftMs < TEST_MS) await sleep(leftMs);
  vi.stubEnv('SECOND_FACTOR', 'on');
  vi.stubEnv('CORS_ORIGINS', 'http://localhost:*');
  return () => vi.unstubAllEnvs();
});

const newPerson = (role?: Role, tenant: TestTenant = acme): Promise<Person> =>
  insertPerson(database.admin, tenant, role);

const signIn = ({ email, tenant }: Person): Promise<TestResponse> =>
  call(loginHandler, login, {
    body: { ...(tenant === undefined ? {} : { tenant }), email, password: PASSWORD },
  });
const complete = (mfa_token: string, code: string, address = '203.0.113.7'): Promise<TestResponse> =>
  call(completeHandler, routes.completeSignIn, { body: { mfa_token, code }, address });
const enrolAtSignIn = (mfa_token: string): Promise<TestResponse> =>
  call(enrolAtSignInHandler, routes.enrolAtSignIn, { body: { mfa_token } });
const stepUp = ({ as }: Person, code: string): Promise<TestResponse> =>
  call(stepUpHandler, routes.stepUp, { as, body: { code } });
/** The code of so many steps from now; each can be used once. */
const codeOf = (secret: string, steps = 0): string => totpOf(secret, stepAt(Date.now()) + steps);

/** Enrols a factor by the person's own session. The code of the step before now is used up then. */
async function enrolled(person: Person): Promise<{ secret: string; codes: string[] }> {
  const { secret } = (await call(enrolHandler, routes.enrolSecondFactor, { as: person.as })).body;
  const body = { code: codeOf(secret, -1) };
  const confirmed = await call(confirmHandler, routes.confirmSecondFactor, { as: person.as, body });
  expect(confirmed.status).toBe(200);
  return { secret, codes: confirmed.body.recovery_codes };
}

/** Makes the latest proof of a session's factor so many minutes old. */
const proofIsOld = ({ as }: Person, minutes: number) =>
  database.admin.query(
    'update sessions set second_factor_at = now() - make_interval(mins => $2) where id = $1',
    [as.sessionId, minutes],
  );

describe('a sign-in', () => {
  test.each(['ADMIN', 'OPS', 'COMPLIANCE', 'OPERATOR'] as const)(
    'of an %s without a factor enrols one; the token does nothing else, and the next sign-in asks for it',
    async (role) => {
      const person = await newPerson(role);
      const { body } = await signIn(person);
      expect(body).toEqual({
        mfa_required: true,
        mfa_token: expect.any(String),
        enrolled: false,
        expires_in: 600,
      });
      expect(await authorizerVerdict(`Bearer ${body.mfa_token}`)).toBeUndefined();
      const { secret, otpauth_uri } = (await enrolAtSignIn(body.mfa_token)).body;
      expect(otpauth_uri).toContain(`secret=${secret}`);
      expect((await complete(body.mfa_token, codeOf(secret, 5))).status).toBe(401);
      const done = await complete(body.mfa_token, codeOf(secret, -1));
      expect(done).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
      expect(new Set(done.body.recovery_codes).size).toBe(10);
      expect(await authorizerVerdict(`Bearer ${done.body.access_token}`)).toMatchObject({
        sub: person.as.actorId,
      });
      const next = (await signIn(person)).body;
      expect(next).toMatchObject({ mfa_required: true, enrolled: true });
      expect((await enrolAtSignIn(next.mfa_token)).body.type).toBe('/problems/second-factor-exists');
      expect((await complete(next.mfa_token, codeOf(secret))).status).toBe(200);
      await drain(aws, 'notices', postNotices);
      expect((await mailsTo(aws, person.email)).map(({ subject }) => subject)).toContainEqual(
        expect.stringContaining('second factor'),
      );
    },
  );

  test.each<[string, Role, () => void]>([
    ['of an EMPLOYEE', 'EMPLOYEE', () => undefined],
    ['where the environment demands none', 'ADMIN', () => vi.stubEnv('SECOND_FACTOR', 'off')],
  ])(
    '%s needs no second factor, and one that is there is asked for all the same',
    async (_, role, prepare) => {
      prepare();
      const person = await newPerson(role);
      expect((await signIn(person)).body).toHaveProperty('access_token');
      await enrolled(person);
      expect((await signIn(person)).body).toMatchObject({ mfa_required: true, enrolled: true });
    },
  );

  test('takes a code once, also from two racers, and neither it nor an older one at another sign-in', async () => {
    const person = await newPerson();
    const { secret } = await enrolled(person);
    const tokens = await Promise.all([0, 1].map(async () => (await signIn(person)).body.mfa_token as string));
    const both = await Promise.all(tokens.map((token) => complete(token, codeOf(secret))));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const { mfa_token } = (await signIn(person)).body;
    for (const step of [0, -1]) expect((await complete(mfa_token, codeOf(secret, step))).status).toBe(401);
    expect((await complete(mfa_token, codeOf(secret, 1))).status).toBe(200);
  });

  test('takes each recovery code once, however it is written, and none of those before they were renewed', async () => {
    const person = await newPerson();
    const { codes } = await enrolled(person);
    const { mfa_token } = (await signIn(person)).body;
    const [first = '', second = '', third = ''] = codes;
    expect((await complete(mfa_token, first.toUpperCase().replaceAll('-', ' '))).status).toBe(200);
    const again = (await signIn(person)).body.mfa_token;
    expect((await complete(again, first)).status).toBe(401);
    const racers = [again, (await signIn(person)).body.mfa_token];
    const both = await Promise.all(racers.map((token) => complete(token, second)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const renewed = await call(renewHandler, routes.renewRecoveryCodes, { as: person.as });
    const last = (await signIn(person)).body.mfa_token;
    expect((await complete(last, third)).status).toBe(401);
    expect((await complete(last, renewed.body.recovery_codes[0])).status).toBe(200);
  });

  test.each<[string, (token: string, person: Person) => Promise<string>]>([
    [
      'that has ended',
      async (token) => {
        await database.admin.query('update sign_in_challenges set expires_at = now() where used_at is null');
        return token;
      },
    ],
    [
      'that was completed',
      async (token, { as }) => {
        await database.admin.query('update sign_in_challenges set used_at = now() where user_id = $1', [
          as.actorId,
        ]);
        return token;
      },
    ],
    [
      'of a user who is disabled',
      async (token, { as }) => {
        await database.admin.query(`update users set status = 'DISABLED' where id = $1`, [as.actorId]);
        return token;
      },
    ],
    ['of another tenant', async (token) => token.replace(/^[^.]+/, PLATFORM_TENANT_ID)],
    ['that there is not', async () => 'nothing'],
  ])('%s is completed by nobody', async (_, spoil) => {
    const person = await newPerson();
    const { secret } = await enrolled(person);
    const token = await spoil((await signIn(person)).body.mfa_token, person);
    expect(await complete(token, codeOf(secret))).toMatchObject({
      status: 401,
      body: { type: '/problems/sign-in-invalid' },
    });
  });

  test('is guessed at ten times from one network, also at once and by several sign-ins', async () => {
    const person = await newPerson();
    const { secret } = await enrolled(person);
    const tokens = await Promise.all([0, 1].map(async () => (await signIn(person)).body.mfa_token as string));
    const guesses = await Promise.all(
      Array.from({ length: 14 }, (_, n) =>
        complete(tokens[n % 2] ?? '', codeOf(secret, 100 + n), '198.51.100.61'),
      ),
    );
    expect(guesses.map(({ status }) => status).sort()).toEqual([
      ...Array(10).fill(401),
      ...Array(4).fill(429),
    ]);
    expect((await complete(tokens[0] ?? '', codeOf(secret), '198.51.100.61')).status).toBe(429);
    expect((await complete(tokens[0] ?? '', codeOf(secret))).status).toBe(200);
  });
});

describe('who approves, or changes how people sign in', () => {
  const settings = (as: Principal) =>
    call(setSettingsHandler, setSignInSettings, {
      as,
      body: { sso_required: false, break_glass_user_id: null, second_factor_demanded: false },
      headers: { 'If-Match': '"0"' },
    });
  const REQUIRED = { status: 403, body: { type: '/problems/second-factor-required' } };

  test('proves the second factor within five minutes before, by a code that works once; the tenant can decide otherwise', async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const [admin, officer] = [await newPerson('ADMIN', tenant), await newPerson('COMPLIANCE', tenant)];
    const refused = await settings(admin.as);
    expect(refused).toMatchObject(REQUIRED);
    expect(refused.body.detail).toContain('POST /auth/step-up');
    const { secret } = await enrolled(admin);
    const asked = await settings(admin.as);
    expect(asked.status).toBe(202);
    const approve = () =>
      call(approveHandler, approveChange, { as: officer.as, params: { id: asked.body.id } });
    expect(await approve()).toMatchObject(REQUIRED);
    const own = await enrolled(officer);
    await proofIsOld(officer, 6);
    expect(await approve()).toMatchObject(REQUIRED);
    expect(await stepUp(officer, codeOf(secret))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/code', code: 'wrong-code' }] },
    });
    const steps = await Promise.all([
      stepUp(officer, codeOf(own.secret)),
      stepUp(officer, codeOf(own.secret)),
    ]);
    expect(steps.map(({ status }) => status).sort()).toEqual([204, 422]);
    await proofIsOld(officer, 4);
    expect((await approve()).status).toBe(200);
    await proofIsOld(admin, 60);
    expect((await signIn(await newPerson('OPS', tenant))).body).toHaveProperty('access_token');
    // Whoever has their session, and not their factor, has left a trace with each try.
    const { rows } = await database.admin.query(
      `select resource, problem, payload ->> 'wrong' as wrong from audit_log
         where actor_id = $1 and problem is not null order by ts`,
      [officer.as.actorId],
    );
    expect(rows).toEqual([
      { resource: 'approveChange', problem: 'second-factor-required', wrong: null },
      { resource: 'approveChange', problem: 'second-factor-required', wrong: null },
      { resource: 'stepUp', problem: 'validation-failed', wrong: 'code' },
      { resource: 'stepUp', problem: 'validation-failed', wrong: 'code' },
    ]);
  });
});

describe('who loosens settings', () => {
  const connection = {
    kind: 'OIDC',
    name: 'Provider',
    issuer: 'https://id.loosened.example',
    client_id: 'vestry',
    client_secret: 'a secret of the test',
    role_map: [{ claim: 'groups', value: 'staff', role: 'EMPLOYEE' }],
  };
  const put = { 'If-Match': '"0"' };
  /** An issuer whose register has the limits that it begins with. */
  const newIssuer = async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    await database.admin.query('delete from register_settings where tenant_id = $1', [tenant.id]);
    return tenant;
  };

  test.each<[string, (as: Principal) => Promise<TestResponse>]>([
    [
      'of payments',
      (as) =>
        call(setPaymentSettingsHandler, setPaymentSettings, {
          as,
          body: { cooling_off_hours: 0 },
          headers: put,
        }),
    ],
    [
      'of the register',
      (as) =>
        call(setRegisterSettingsHandler, setRegisterSettings, {
          as,
          body: { by_hand_percent: '90' },
          headers: put,
        }),
    ],
    ['of single sign-on', (as) => call(createConnectionHandler, createConnection, { as, body: connection })],
  ])('%s proves the second factor, and leaves nothing until then', async (_, loosen) => {
    const tenant = await newIssuer();
    const admin = await newPerson('ADMIN', tenant);
    await newPerson('COMPLIANCE', tenant);
    const { secret } = await enrolled(admin);
    await proofIsOld(admin, 6);
    expect(await loosen(admin.as)).toMatchObject({
      status: 403,
      body: { type: '/problems/second-factor-required' },
    });
    const waiting = 'select from change_requests where tenant_id = $1';
    expect((await database.admin.query(waiting, [tenant.id])).rows).toHaveLength(0);
    expect((await stepUp(admin, codeOf(secret))).status).toBe(204);
    expect((await loosen(admin.as)).status).toBe(202);
  });

  test('proves nothing to tighten them', async () => {
    const tenant = await newIssuer();
    const { as } = await newPerson('ADMIN', tenant);
    const body = { by_hand_percent: '0.5' };
    expect(
      (await call(setRegisterSettingsHandler, setRegisterSettings, { as, body, headers: put })).status,
    ).toBe(200);
  });
});

describe('a factor', () => {
  const own = ({ as }: Person) => call(getFactorHandler, routes.getSecondFactor, { as });

  test('that a user has is replaced, renewed and removed only by who has just proved it', async () => {
    const person = await newPerson();
    const { secret } = await enrolled(person);
    await proofIsOld(person, 6);
    const touch = () =>
      Promise.all([
        call(enrolHandler, routes.enrolSecondFactor, { as: person.as }),
        call(renewHandler, routes.renewRecoveryCodes, { as: person.as }),
        call(removeHandler, routes.removeSecondFactor, { as: person.as }),
      ]);
    for (const answer of await touch()) expect(answer.body.type).toBe('/problems/second-factor-required');
    expect((await own(person)).body).toMatchObject({ demanded: true, recovery_codes_left: 10 });
    expect((await stepUp(person, codeOf(secret))).status).toBe(204);
    expect((await call(removeHandler, routes.removeSecondFactor, { as: person.as })).status).toBe(204);
    expect((await own(person)).body).toEqual({
      ...{ demanded: true, enrolled_at: null },
      ...{ recovery_codes_left: 0, passkeys: 0 },
    });
    expect((await signIn(person)).body).toMatchObject({ mfa_required: true, enrolled: false });
  });

  test('that is lost is taken from its user by two persons, which ends the user’s sessions', async () => {
    const person = await newPerson();
    await enrolled(person);
    vi.stubEnv('SECOND_FACTOR', 'off');
    const request = { as: acme.as('ADMIN'), params: { id: person.as.actorId } };
    const asked = await call(resetHandler, resetSecondFactor, request);
    expect((await own(person)).body.enrolled_at).not.toBeNull();
    await approved(acme, asked);
    expect((await own(person)).status).toBe(401);
    expect((await signIn(person)).body).toHaveProperty('access_token');
    expect((await call(resetHandler, resetSecondFactor, request)).status).toBe(404);
  });

  test('and its codes stand nowhere in the clear: not in the trail, the outbox or a table', async () => {
    const person = await newPerson();
    const { secret, codes } = await enrolled(person);
    const { mfa_token } = (await signIn(person)).body;
    const { rows: tables } = await database.admin.query<{ name: string }>(
      `select table_name as name from information_schema.columns where table_schema = 'vestry' and column_name = 'tenant_id' group by table_name`,
    );
    for (const { name } of tables)
      for (const hidden of [secret, codes[0], mfa_token.split('.')[1]]) {
        const { rows } = await database.admin.query(
          `select 1 from ${name} t where t::text like '%' || $1 || '%'`,
          [hidden],
        );
        expect([name, rows.length]).toEqual([name, 0]);
      }
  });
});

describe('a passkey', () => {
  const begin = ({ as }: Person) => call(beginPasskeyHandler, routes.beginPasskey, { as });
  const add = ({ as }: Person, credential: unknown, name = 'Laptop') =>
    call(addPasskeyHandler, routes.addPasskey, { as, body: { name, credential } });
  const list = ({ as }: Person) => call(listPasskeysHandler, routes.listPasskeys, { as });
  const remove = ({ as }: Person, id: string) =>
    call(removePasskeyHandler, routes.removePasskey, { as, params: { id } });
  const beginStep = ({ as }: Person) => call(beginStepUpHandler, routes.beginStepUp, { as });
  const stepBy = ({ as }: Person, passkey: unknown) =>
    call(stepUpHandler, routes.stepUp, { as, body: { passkey } });
  const completeBy = (mfa_token: string, passkey: unknown) =>
    call(completeHandler, routes.completeSignIn, { body: { mfa_token, passkey }, address: '203.0.113.8' });

  async function added(person: Person, authenticator = new Authenticator()): Promise<TestResponse> {
    const { options } = (await begin(person)).body;
    const answer = await add(person, authenticator.create(options));
    expect(answer.status).toBe(201);
    return answer;
  }
  /** The reasons of refusals that the trail has of a user, or of their tenant, latest first. */
  const reasons = async ({ as }: Person): Promise<string[]> => {
    const { rows } = await database.admin.query<{ reason: string }>(
      `select payload->>'passkey' as reason from audit_log where tenant_id = $1 and payload ? 'passkey'
       and (payload->>'user' = $2::text or actor_id::text = $2::text) order by id desc`,
      [as.tenantId, as.actorId],
    );
    return rows.map(({ reason }) => reason);
  };

  describe('of somebody who has no factor', () => {
    const enrolBy = (mfa_token: string, credential: unknown, more: object = {}) =>
      call(completeHandler, routes.completeSignIn, {
        body: { mfa_token, new_passkey: { name: 'Laptop', credential }, ...more },
        address: '203.0.113.9',
      });

    test('is made at the sign-in that demands one, completes it, and signs the next one in', async () => {
      const [person, authenticator] = [await newPerson(), new Authenticator()];
      const { mfa_token, enrolled } = (await signIn(person)).body;
      expect(enrolled).toBe(false);
      const { passkey_options } = (await enrolAtSignIn(mfa_token)).body;
      const done = await enrolBy(mfa_token, authenticator.create(passkey_options));
      expect(done).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
      expect(new Set(done.body.recovery_codes).size).toBe(10);
      expect((await list(person)).body.data).toMatchObject([{ name: 'Laptop' }]);
      const next = (await signIn(person)).body;
      expect(next.enrolled).toBe(true);
      expect((await completeBy(next.mfa_token, authenticator.get(next.passkey_options))).status).toBe(200);
    });

    test('signs the challenge of its own sign-in, once, and is nobody’s second', async () => {
      const [person, other, authenticator] = [await newPerson(), await newPerson(), new Authenticator()];
      const { mfa_token } = (await signIn(person)).body;
      const { passkey_options } = (await enrolAtSignIn(mfa_token)).body;
      const theirs = (await signIn(other)).body.mfa_token;
      const credential = authenticator.create(passkey_options);
      for (const [token, sent, more, status, code] of [
        [theirs, credential, {}, 401, 'wrong-challenge'],
        [mfa_token, { ...credential, id: 'AAAA' }, {}, 401, 'malformed'],
        [mfa_token, credential, { code: '123456' }, 422, 'custom'],
      ] as const) {
        const answer = await enrolBy(token, sent, more);
        expect([answer.status, answer.body.errors?.[0]?.code]).toEqual([status, expect.stringMatching(code)]);
      }
      expect(await reasons(person)).toEqual(['malformed']);
      const again = (await signIn(person)).body.mfa_token;
      const second = new Authenticator().create((await enrolAtSignIn(again)).body.passkey_options);
      expect((await enrolBy(mfa_token, credential)).status).toBe(200);
      expect((await enrolBy(mfa_token, credential)).status).toBe(401);
      expect((await enrolBy(again, second)).body.type).toBe('/problems/second-factor-exists');
    });
  });

  test.each<Algorithm>(['ES256', 'EdDSA', 'RS256'])(
    'of %s is added, signs in, and proves the factor again',
    async (algorithm) => {
      const [person, authenticator] = [await newPerson(), new Authenticator(algorithm)];
      const { body } = await added(person, authenticator);
      expect(new Set(body.recovery_codes).size).toBe(10);
      expect((await list(person)).body.data).toMatchObject([
        { id: body.id, name: 'Laptop', last_used_at: null },
      ]);
      const { mfa_token, enrolled, passkey_options } = (await signIn(person)).body;
      expect([enrolled, passkey_options]).toMatchObject([
        true,
        {
          rpId: 'localhost',
          userVerification: 'required',
          allowCredentials: [{ id: authenticator.credentialId }],
        },
      ]);
      expect((await enrolAtSignIn(mfa_token)).body.type).toBe('/problems/second-factor-exists');
      const done = await completeBy(mfa_token, authenticator.get(passkey_options));
      expect(done).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
      const { rows } = await database.admin.query(
        'select amr from sessions where user_id = $1 order by id desc limit 1',
        [person.as.actorId],
      );
      expect(rows).toEqual([{ amr: ['pwd', 'pop', 'mfa'] }]);
      await proofIsOld(person, 6);
      expect((await remove(person, body.id)).body.type).toBe('/problems/second-factor-required');
      expect((await begin(person)).body.type).toBe('/problems/second-factor-required');
      const refused = await database.admin.query(
        `select resource from audit_log where actor_id = $1 and problem = 'second-factor-required' order by ts`,
        [person.as.actorId],
      );
      expect(refused.rows).toEqual([{ resource: 'removePasskey' }, { resource: 'beginPasskey' }]);
      const { options } = (await beginStep(person)).body;
      expect((await stepBy(person, authenticator.get(options))).status).toBe(204);
      expect((await remove(person, body.id)).status).toBe(204);
      expect((await list(person)).body.data).toEqual([]);
      expect((await signIn(person)).body).toMatchObject({ enrolled: false });
      await drain(aws, 'notices', postNotices);
      expect((await mailsTo(aws, person.email)).length).toBeGreaterThan(0);
    },
  );

  const DEVIATIONS: readonly (readonly [reason: string, deviation: Deviation])[] = [
    ['wrong-origin', { origin: 'https://evil.example' }],
    ['wrong-origin', { origin: 'https://localhost.evil.example' }],
    ['wrong-origin', { origin: 'http://evil-localhost:5173' }],
    ['wrong-origin', { crossOrigin: true }],
    ['wrong-domain', { domain: 'evil.example' }],
    ['wrong-challenge', { challenge: 'b3RoZXI' }],
    ['wrong-challenge', { challenge: '' }],
    ['not-verified', { flags: 0b001 }],
    ['not-verified', { flags: 0b100 }],
  ];

  test.each([
    ...DEVIATIONS,
    ['wrong-type', { type: 'webauthn.create' }],
    ['wrong-signature', { forged: true }],
    ['counter-back', { count: 1 }],
    ['counter-back', { count: 0 }],
  ] as const)(
    'is refused as %s: %j, at a sign-in and later, and the trail says so',
    async (reason, deviation) => {
      const [person, authenticator] = [await newPerson(), new Authenticator()];
      await added(person, authenticator);
      const { mfa_token, passkey_options } = (await signIn(person)).body;
      expect(await completeBy(mfa_token, authenticator.get(passkey_options, deviation))).toMatchObject({
        status: 401,
        body: {
          type: '/problems/invalid-credentials',
          errors: [{ pointer: '/passkey', code: reason }],
        },
      });
      const { options } = (await beginStep(person)).body;
      expect(await stepBy(person, authenticator.get(options, deviation))).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/passkey', code: reason }] },
      });
      expect(await reasons(person)).toEqual([reason, reason]);
      // Whoever does as they should gets in all the same.
      expect((await completeBy(mfa_token, authenticator.get(passkey_options, { count: 9 }))).status).toBe(
        200,
      );
    },
  );

  test.each([
    ...DEVIATIONS,
    ['wrong-type', { type: 'webauthn.get' }],
    ['malformed', { scheme: -50 }],
    ['malformed', { scheme: -8 }],
    ['malformed', { id: 'b3RoZXI' }],
    ['malformed', { cutBytes: 1 }],
    ['malformed', { cutBytes: 60 }],
  ] as const)('is not added as %s: %j', async (code, deviation) => {
    const [person, authenticator] = [await newPerson(), new Authenticator()];
    const { options } = (await begin(person)).body;
    expect(await add(person, authenticator.create(options, deviation))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/credential', code }] },
    });
    expect((await list(person)).body.data).toEqual([]);
  });

  test('signs each challenge once, for its own user, session and purpose, and in time', async () => {
    const [person, other] = [await newPerson(), await newPerson()];
    const [own, others] = [new Authenticator(), new Authenticator()];
    await added(person, own);
    await added(other, others);
    const { mfa_token, passkey_options } = (await signIn(person)).body;
    const signed = own.get(passkey_options);
    const both = await Promise.all([completeBy(mfa_token, signed), completeBy(mfa_token, signed)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const next = (await signIn(person)).body;
    expect((await completeBy(next.mfa_token, signed)).body.errors).toMatchObject([
      { code: 'wrong-challenge' },
    ]);
    expect((await completeBy(next.mfa_token, others.get(next.passkey_options))).body.errors).toMatchObject([
      { code: 'unknown-passkey' },
    ]);
    const { options } = (await beginStep(person)).body;
    const again = own.get(options);
    expect((await stepBy(person, again)).status).toBe(204);
    const codeOfRefusal = async (passkey: unknown) => (await stepBy(person, passkey)).body.errors[0].code;
    expect(await codeOfRefusal(again)).toBe('wrong-challenge');
    expect(await codeOfRefusal(own.get((await beginStep(other)).body.options))).toBe('wrong-challenge');
    expect(await codeOfRefusal(own.get((await begin(person)).body.options))).toBe('wrong-challenge');
    const late = (await beginStep(person)).body.options;
    await database.admin.query('update passkey_challenges set expires_at = now() where session_id = $1', [
      person.as.sessionId,
    ]);
    expect(await codeOfRefusal(own.get(late))).toBe('wrong-challenge');
  });

  test('of another tenant is unknown, and can be added there too', async () => {
    const tenant = await insertTestTenant(database.admin, 'ISSUER');
    const [here, there] = [await newPerson('OPS'), await newPerson('OPS', tenant)];
    const authenticator = new Authenticator();
    await added(there, authenticator);
    await added(here, new Authenticator());
    const { options } = (await beginStep(here)).body;
    expect((await stepBy(here, authenticator.get(options))).body.errors).toMatchObject([
      { code: 'unknown-passkey' },
    ]);
    await added(here, authenticator);
  });

  test('is added once, ten at most, and stands beside the app, whose codes go on to work', async () => {
    const person = await newPerson();
    const { secret } = await enrolled(person);
    const first = new Authenticator();
    expect((await added(person, first)).body).not.toHaveProperty('recovery_codes');
    const { options } = (await begin(person)).body;
    expect((await add(person, first.create(options))).body.type).toBe('/problems/passkey-exists');
    for (let more = 0; more < 9; more++) await added(person);
    expect((await begin(person)).body.type).toBe('/problems/too-many-passkeys');
    const { mfa_token } = (await signIn(person)).body;
    expect((await complete(mfa_token, codeOf(secret))).status).toBe(200);
    expect((await call(removeHandler, routes.removeSecondFactor, { as: person.as })).status).toBe(204);
    expect((await call(getFactorHandler, routes.getSecondFactor, { as: person.as })).body).toMatchObject({
      ...{ enrolled_at: null, passkeys: 10, recovery_codes_left: 10 },
    });
  });

  test('belongs to the environment’s own domain, where there is one', async () => {
    vi.stubEnv('PUBLIC_DOMAIN', 'shares.example');
    vi.stubEnv('CORS_ORIGINS', 'https://app.shares.example,https://elsewhere.example');
    const person = await newPerson();
    await added(person, new Authenticator('ES256', 'https://shares.example'));
    const { options } = (await begin(person)).body;
    expect(options.rp.id).toBe('shares.example');
    const app = new Authenticator('ES256', 'https://app.shares.example');
    expect((await add(person, app.create(options, { domain: 'shares.example' }))).status).toBe(201);
    for (const origin of [
      'https://elsewhere.example',
      'http://shares.example',
      'https://other.shares.example',
    ]) {
      const next = (await begin(person)).body.options;
      const refused = await add(
        person,
        new Authenticator().create(next, { origin, domain: 'shares.example' }),
      );
      expect(refused.body.errors, origin).toMatchObject([{ code: 'wrong-origin' }]);
    }
  });

  test('or a code: one of the two proves the factor, not both and not neither', async () => {
    const [person, authenticator] = [await newPerson(), new Authenticator()];
    await added(person, authenticator);
    const { options } = (await beginStep(person)).body;
    const passkey = authenticator.get(options);
    for (const body of [{}, { code: '123456', passkey }])
      expect((await call(stepUpHandler, routes.stepUp, { as: person.as, body })).status).toBe(422);
  });
});
