import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type Provider from 'oidc-provider';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { approveTenantChange } from '#approvals/approvals.routes.ts';
import { handler as approveTenantHandler } from '#functions/approvals/approve-tenant-change.ts';
import { handler as createScimUserHandler } from '#functions/identity/create-scim-user.ts';
import { handler as enrolAtSignInHandler } from '#functions/identity/enrol-at-sign-in.ts';
import { handler as listHandler } from '#functions/identity/list-sign-in-connections.ts';
import { handler as loginHandler } from '#functions/identity/login.ts';
import { handler as patchScimUserHandler } from '#functions/identity/patch-scim-user.ts';
import { handler as refreshHandler } from '#functions/identity/refresh-session.ts';
import { handler as setSettingsHandler } from '#functions/identity/set-sign-in-settings.ts';
import { handler as updateUserHandler } from '#functions/identity/update-user.ts';
import { listSignInConnections } from '#identity/federation/federation.routes.ts';
import { rotateSigningKeys } from '#identity/keys/signing-keys.ts';
import { createScimUser, patchScimUser } from '#identity/scim/scim.routes.ts';
import { enrolAtSignIn } from '#identity/second-factor/second-factor.routes.ts';
import { hashPassword } from '#identity/sign-in/password.ts';
import { login, refreshSession } from '#identity/sign-in/sign-in.routes.ts';
import { setSignInSettings } from '#identity/sign-in-settings/sign-in-settings.routes.ts';
import { updateUser } from '#identity/users/users.routes.ts';
import {
  type IdentityProvider,
  type Person,
  startIdentityProvider,
} from '#local/identity-provider/identity-provider.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import type { Json } from '#tests/support/json.ts';
import { type Listener, listen } from '#tests/support/listener.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { authorizerVerdict } from '#tests/support/sign-in.ts';
import {
  Browser,
  Connections,
  created,
  endSessions,
  exchange,
  identities,
  link,
  switchedOn,
  tested,
  unlink,
} from '#tests/support/single-sign-on.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** Sign-ins from end to end, by a certified provider that answers as Okta and as Entra ID do. */

const SECRET = 'a client secret of the test';
const PASSWORD = 'correct horse battery staple';
const DIRECTORY = '0f3a6f5e-8a55-4b52-9c11-5d1f2f1f9a01';

let database: TestDatabase;
let aws: TestAws;
let listener: Listener;
let provider: IdentityProvider;
let tenant: TestTenant;

/** Okta sends groups as a list, `amr` as a list, and a verified address. */
const okta = (groups: readonly string[], name: string = randomUUID()): Person => ({
  id: `00u${name}`,
  email: `${name}@okta.example`,
  claims: { email: `${name}@okta.example`, email_verified: true, groups },
  amr: ['pwd', 'mfa'],
  acr: 'urn:okta:loa:2fa:any',
});

/** Entra ID sends `tid` and `oid`, a `sub` of this application alone, roles of the application, and no verified address. */
const entra = (claims: Record<string, unknown>, name: string = randomUUID()): Person => ({
  id: `pairwise-${name}`,
  email: `${name}@entra.example`,
  claims: { tid: DIRECTORY, oid: randomUUID(), preferred_username: `${name}@entra.example`, ...claims },
});

const people: Person[] = [];
const known = <P extends Person>(person: P): P => {
  people.push(person);
  return person;
};

beforeAll(async () => {
  process.env.OUTSIDE_TO_LOOPBACK = 'on';
  database = await testDatabase();
  aws = await testAws();
  await rotateSigningKeys(new Date());
  listener = await listen();
  provider = await startIdentityProvider({
    port: 0,
    people,
    claims: [
      'email',
      'email_verified',
      'preferred_username',
      'groups',
      'roles',
      'tid',
      'oid',
      'employee',
      '_claim_names',
    ],
  });
});
afterAll(async () => {
  await provider.close();
  await listener.close();
  await aws.close();
  await database.close();
});
afterEach(() => vi.unstubAllEnvs());
beforeEach(async () => {
  tenant = await insertTestTenant(database.admin, 'ISSUER');
});

/** The address by which the tests' requests reach the API. */
const OWN = 'https://api.vestry.example';

const ROLES = [
  { claim: 'groups', value: 'vestry-admins', role: 'ADMIN' },
  { claim: 'groups', value: 'vestry-ops', role: 'OPS' },
  { claim: 'groups', value: 'everyone', role: 'EMPLOYEE' },
  { claim: 'roles', value: 'Vestry.Employee', role: 'EMPLOYEE' },
];

const body = (more: object = {}) => ({
  kind: 'OIDC',
  name: `Provider ${randomUUID()}`,
  issuer: provider.issuer,
  client_id: 'vestry',
  client_secret: SECRET,
  role_map: ROLES,
  ...more,
});

const employee = known(okta(['everyone'], 'employee'));
let served: Provider;

/** Registers the platform with the provider, by what the connection says of itself. */
async function register(id: string, more: object = {}): Promise<void> {
  const { body: shown } = await new Connections(tenant.as('ADMIN')).get(id);
  served = provider.serve([
    {
      client_id: 'vestry',
      client_secret: SECRET,
      redirect_uris: [shown.redirect_uri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      backchannel_logout_uri: `http://127.0.0.1:${listener.port}/logout`,
      backchannel_logout_session_required: true,
      ...more,
    },
  ]);
}

/** A connection that is switched on. */
async function connected(more: object = {}, client: object = {}): Promise<string> {
  const id = await created(tenant, body(more));
  await register(id, client);
  await switchedOn(tenant, id, employee);
  return id;
}

const code = (answer: TestResponse): string => {
  expect(answer.status, answer.text).toBe(200);
  return answer.body.code;
};
const reasonOf = (answer: TestResponse): unknown => [
  answer.status,
  answer.body.errors?.[0]?.code ?? answer.text,
];
const one = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>> =>
  (await database.admin.query(text, values)).rows[0];
const userOf = (email: string) =>
  one('select id, role, status, employee_id from users where tenant_id = $1 and email = $2', [
    tenant.id,
    email,
  ]);

describe('a connection', () => {
  test('is created, tested and switched on by two, and its test says what was received and which role it would give', async () => {
    const admin = new Connections(tenant.as('ADMIN'));
    const waiting = await admin.create(body());
    expect(waiting.status, waiting.text).toBe(202);
    expect(waiting.text).not.toContain(SECRET);
    const id = waiting.body.subject.id;
    expect((await admin.get(id)).status).toBe(404);
    await approved(tenant, waiting);
    expect((await admin.get(id)).body).toMatchObject({
      status: 'DRAFT',
      tested_at: null,
      subject_claim: 'sub',
    });
    await register(id);
    expect((await admin.change(id, { status: 'ACTIVE' })).body.type).toBe('/problems/connection-untested');
    expect(reasonOf(await new Browser().start(id))).toEqual([403, 'connection-off']);

    const nobody = known(okta(['strangers']));
    expect((await tested(tenant, id, nobody)).body).toMatchObject({
      outcome: 'REFUSED',
      reason: 'no-role',
      received: { mapped: { groups: ['strangers'] } },
    });
    expect((await admin.change(id, { status: 'ACTIVE' })).status).toBe(409);
    expect((await tested(tenant, id, known(okta(['vestry-ops', 'everyone'])))).body).toMatchObject({
      outcome: 'ADMITTED',
      role: 'OPS',
      received: { issuer: provider.issuer, mapped: { groups: ['vestry-ops', 'everyone'] } },
    });
    expect((await one('select count(*)::integer as n from federated_identities')).n).toBe(0);

    const switching = await admin.change(id, { status: 'ACTIVE' });
    expect(switching.status, switching.text).toBe(202);
    expect((await admin.get(id)).body.status).toBe('DRAFT');
    await approved(tenant, switching);
    expect((await admin.get(id)).body.status).toBe('ACTIVE');
    const listed = await call(listHandler, listSignInConnections, { query: { tenant: tenant.slug } });
    expect(listed.body.data).toEqual([
      {
        id,
        kind: 'OIDC',
        name: expect.any(String),
        start_uri: `https://api.vestry.example/api/auth/${id}/start`,
      },
    ]);
  });

  test('is not of a kind that is not offered, has a secret, maps a claim, and names an issuer that can be one', async () => {
    const admin = new Connections(tenant.as('ADMIN'));
    const cases: [object, string][] = [
      [{ kind: 'LDAP' }, '/kind'],
      [{ idp_initiated: true }, '/idp_initiated'],
      [{ authentication_context: 'c1 c2' }, '/authentication_context'],
      [{ authentication_context: '' }, '/authentication_context'],
      [{ issuer: undefined }, '/issuer'],
      [{ client_id: undefined }, '/client_id'],
      [{ client_secret: undefined }, '/client_secret'],
      [{ client_authentication: 'PRIVATE_KEY' }, '/client_secret'],
      [{ role_map: [] }, '/role_map'],
      [{ role_map: [ROLES[0], ROLES[0]] }, '/role_map'],
      [{ scopes: ['email'] }, '/scopes'],
      [{ issuer: 'https://10.0.0.1/' }, '/issuer'],
      [{ issuer: 'https://169.254.169.254' }, '/issuer'],
      [{ issuer: 'http://id.acme.example' }, '/issuer'],
      [{ issuer: 'https://login.microsoftonline.com/common/v2.0' }, '/issuer'],
      [{ issuer: 'https://login.microsoftonline.com/organizations/v2.0' }, '/issuer'],
      [{ issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' }, '/issuer'],
      [{ issuer: 'https://acme.okta.com/.well-known/openid-configuration' }, '/issuer'],
      [{ issuer: 'javascript:alert(1)' }, '/issuer'],
    ];
    for (const [more, pointer] of cases) {
      const answer = await admin.create(body(more));
      expect([answer.status, answer.body.errors?.[0]?.pointer], JSON.stringify(more)).toEqual([422, pointer]);
    }
  });

  test('is renamed and switched off at once, waits where it would let in others, and is tested anew for another client', async () => {
    const id = await connected();
    const admin = new Connections(tenant.as('ADMIN'));
    const session = await exchange(code(await new Browser().signIn(id, employee)));
    expect((await admin.change(id, { name: 'Another name' })).status).toBe(200);
    const waiting = await admin.change(id, {
      role_map: [{ claim: 'groups', value: 'everyone', role: 'ADMIN' }],
    });
    expect(waiting.status).toBe(202);
    expect((await new Approvals(tenant.as('ADMIN')).approve(waiting.body.id)).status).toBe(403);
    await approved(tenant, waiting);
    await approved(tenant, await admin.change(id, { client_id: 'another' }));
    expect((await admin.get(id)).body).toMatchObject({
      status: 'DRAFT',
      tested_at: null,
      client_id: 'another',
    });
    expect(reasonOf(await new Browser().start(id))).toEqual([403, 'connection-off']);
    const refresh = { body: { refresh_token: session.body.refresh_token } };
    expect((await call(refreshHandler, refreshSession, refresh)).status).toBe(401);
  });
});

describe('a sign-in', () => {
  test('creates an EMPLOYEE by the map, keeps how they authenticated, and recognises them from then on', async () => {
    const id = await connected({ employee_id_claim: 'employee' });
    const ada = known({
      ...okta(['everyone']),
      claims: { ...okta([]).claims, email: 'ada@okta.example', groups: ['everyone'], employee: 'E-7' },
    });
    const answer = await exchange(code(await new Browser().signIn(id, ada)));
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 900 } });
    const verdict = await authorizerVerdict(`Bearer ${answer.body.access_token}`);
    expect(verdict).toMatchObject({ tid: tenant.id, role: 'EMPLOYEE', employeeId: 'E-7' });
    const session = await one('select amr, acr, user_id from federated_sessions where family_id = $1', [
      verdict?.sid,
    ]);
    expect(session).toMatchObject({
      acr: 'urn:okta:loa:2fa:any',
      amr: ['pwd', 'mfa'],
      user_id: verdict?.sub,
    });
    expect(await one('select created_by from users where id = $1', [verdict?.sub])).toEqual({
      created_by: id,
    });
    const again = await exchange(code(await new Browser().signIn(id, ada)));
    expect(await authorizerVerdict(`Bearer ${again.body.access_token}`)).toMatchObject({ sub: verdict?.sub });
  });

  test('knows whom the directory has provisioned by the externalId with which it made them, and by no later one', async () => {
    const id = await connected();
    const scim = (handler: unknown, route: Parameters<typeof call>[1], body: object, params = {}) =>
      call(handler, route, { as: tenant.as('DIRECTORY'), params, body });
    const signedIn = async (who: Person) => {
      const { access_token } = (await exchange(code(await new Browser().signIn(id, who)))).body;
      return (await authorizerVerdict(`Bearer ${access_token}`))?.sub;
    };
    const provisioned = async (externalId?: string): Promise<string> => {
      const made = { userName: `${randomUUID()}@acme.example`, externalId };
      return (await scim(createScimUserHandler, createScimUser, made)).body.id;
    };

    const ada = known(okta(['everyone']));
    const userId = await provisioned(ada.id);
    expect([await signedIn(ada), await signedIn(ada)]).toEqual([userId, userId]);

    // Whoever has the key names somebody else: they come in as nobody whom the directory has made.
    const mallory = known(okta(['everyone']));
    for (const other of [await provisioned('00u-another'), await provisioned()]) {
      const Operations = [{ op: 'replace', path: 'externalId', value: mallory.id }];
      const patched = await scim(patchScimUserHandler, patchScimUser, { Operations }, { id: other });
      expect(patched.body).toMatchObject({ id: other, externalId: mallory.id });
      expect(await signedIn(mallory)).not.toBe(other);
    }
  });

  test('binds the code to the application that began it, and a used code ends its session', async () => {
    const id = await connected();
    const verifier = randomBytes(32).toString('base64url');
    const code_challenge = createHash('sha256').update(verifier).digest('base64url');
    const redirect_uri = 'http://127.0.0.1:9999/done?tab=1';
    const answer = await new Browser().signIn(id, employee, { redirect_uri, code_challenge });
    expect(answer.status, answer.text).toBe(303);
    const to = new URL(answer.header('location') ?? '');
    expect(to.href).toMatch(/^http:\/\/127\.0\.0\.1:9999\/done\?tab=1&code=/);
    const given = to.searchParams.get('code') ?? '';
    expect(reasonOf(await exchange(given))).toEqual([401, 'code-verifier']);
    expect(reasonOf(await exchange(given, 'x'.repeat(43)))).toEqual([401, 'code-verifier']);
    const session = await exchange(given, verifier);
    expect(session.status).toBe(200);
    expect(reasonOf(await exchange(given, verifier))).toEqual([401, 'code-used']);
    const refresh = { body: { refresh_token: session.body.refresh_token } };
    expect((await call(refreshHandler, refreshSession, refresh)).status).toBe(401);
    for (const [query, pointer] of [
      [{ redirect_uri: 'https://evil.example/', code_challenge }, '?redirect_uri'],
      [{ redirect_uri: 'javascript:alert(1)', code_challenge }, '?redirect_uri'],
      // The code goes to no other page of our own: one that shows what it was sent would show it.
      [{ redirect_uri: `${OWN}/docs`, code_challenge }, '?redirect_uri'],
      [{ redirect_uri: 'https://evil.example/console/signed-in', code_challenge }, '?redirect_uri'],
      [{ redirect_uri }, '?code_challenge'],
    ] as const) {
      const refused = await new Browser().start(id, query);
      expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
    }
    const console = { redirect_uri: `${OWN}/console/signed-in`, code_challenge };
    expect((await new Browser().start(id, console)).status).toBe(302);
  });

  test('is finished once, by the browser that began it, at its own connection, and in time', async () => {
    const id = await connected();
    const browser = new Browser();
    const started = await browser.start(id, { login_hint: employee.email });
    expect(started.header('set-cookie')).toMatch(
      /^__Host-vestry-sso-\w+=\S+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    const brought = await browser.visit(started.header('location') ?? '');
    expect(reasonOf(await new Browser().finish(id, brought))).toEqual([401, 'state']);
    expect(reasonOf(await browser.finish(id, { ...brought, state: 'x'.repeat(43) }))).toEqual([401, 'state']);
    const other = await created(tenant, body());
    expect(reasonOf(await browser.finish(other, brought))).toEqual([401, 'state']);
    expect(reasonOf(await browser.finish(id, { ...brought, iss: 'https://evil.example' }))).toEqual([
      401,
      'answer-malformed',
    ]);
    code(await browser.finish(id, brought));
    expect((await browser.finish(id, brought)).status).toBe(401);
    expect((await new Browser().finish(randomUUID(), brought)).status).toBe(404);
  });

  test('is refused with the provider’s word when the provider refuses', async () => {
    const id = await connected();
    const browser = new Browser();
    const state = new URL((await browser.start(id)).header('location') ?? '').searchParams.get('state') ?? '';
    const answer = await browser.finish(id, { state, error: 'access_denied', iss: provider.issuer });
    expect(reasonOf(answer)).toEqual([403, 'provider-refused']);
    expect(answer.body.detail).toContain('access_denied');
  });

  test('gives a privileged role when a second person has approved it, and asks once until nobody may approve it any more', async () => {
    const id = await connected();
    const boss = known(okta(['vestry-admins']));
    expect(reasonOf(await new Browser().signIn(id, boss))).toEqual([403, 'role-waits']);
    vi.stubEnv('VESTRY_CLOCK_AHEAD_MS', String(31 * 86_400_000));
    for (let attempt = 0; attempt < 2; attempt += 1)
      expect(reasonOf(await new Browser().signIn(id, boss))).toEqual([403, 'role-waits']);
    const compliance = new Approvals(tenant.as('COMPLIANCE'));
    const { data } = (await compliance.list({ state: 'PENDING' })).body;
    expect(data).toMatchObject([{ kind: 'user-created', after: { email: boss.email, role: 'ADMIN' } }]);
    expect((await compliance.approve(data[0].id)).status).toBe(200);
    expect((await new Browser().signIn(id, boss)).body.user).toMatchObject({
      email: boss.email,
      role: 'ADMIN',
    });
  });

  test('follows the provider’s role: at once where it takes away, by two where it adds, and never keeps what is gone', async () => {
    const id = await connected();
    const groups: string[] = ['everyone'];
    const eve = known(okta(groups));
    const first = await exchange(code(await new Browser().signIn(id, eve)));
    groups.splice(0, 1, 'vestry-ops', 'everyone');
    expect((await new Browser().signIn(id, eve)).body.user.role).toBe('EMPLOYEE');
    const compliance = new Approvals(tenant.as('COMPLIANCE'));
    const [request] = (await compliance.list({ state: 'PENDING', kind: 'user-changed' })).body.data;
    await compliance.approve(request.id);
    expect((await new Browser().signIn(id, eve)).body.user.role).toBe('OPS');
    groups.splice(0, 2, 'everyone');
    expect((await new Browser().signIn(id, eve)).body.user.role).toBe('EMPLOYEE');
    groups.splice(0, 1, 'strangers');
    expect(reasonOf(await new Browser().signIn(id, eve))).toEqual([403, 'no-role']);
    const refresh = { body: { refresh_token: first.body.refresh_token } };
    expect((await call(refreshHandler, refreshSession, refresh)).status).toBe(401);
  });

  test('lets in no disabled user, and takes nobody for another by an email; a user links their own identity', async () => {
    const id = await connected();
    const gone = known(okta(['everyone']));
    code(await new Browser().signIn(id, gone));
    await database.admin.query(`update users set status = 'DISABLED' where tenant_id = $1 and email = $2`, [
      tenant.id,
      gone.email,
    ]);
    expect(reasonOf(await new Browser().signIn(id, gone))).toEqual([403, 'user-disabled']);

    const ops = tenant.as('OPS');
    const impostor = known({
      ...okta(['vestry-ops']),
      claims: { email: `OPS@${tenant.slug}.example`, email_verified: true, groups: ['vestry-ops'] },
    });
    expect(reasonOf(await new Browser().signIn(id, impostor))).toEqual([403, 'email-taken']);
    const given = code(await new Browser().signIn(id, impostor, { link: 'true' }));
    expect(reasonOf(await exchange(given))).toEqual([401, 'code-used']);
    expect(await link(ops, given)).toMatchObject({ status: 201, body: { user_id: ops.actorId } });
    expect((await link(ops, given)).status).toBe(422);
    const session = await exchange(code(await new Browser().signIn(id, impostor)));
    expect(await authorizerVerdict(`Bearer ${session.body.access_token}`)).toMatchObject({
      sub: ops.actorId,
    });
    const taken = code(await new Browser().signIn(id, impostor, { link: 'true' }));
    expect((await link(tenant.as('ADMIN'), taken)).body.type).toBe('/problems/conflict');

    const [linked] = (await identities(ops)).body.data;
    expect((await unlink(tenant.as('ADMIN'), linked.id)).status).toBe(404);
    const withPassword = (has: boolean) =>
      database.admin.query('update users set has_password = $2 where id = $1', [ops.actorId, has]);
    await withPassword(false);
    expect((await unlink(ops, linked.id)).body.type).toBe('/problems/last-way-in');
    await withPassword(true);
    expect((await unlink(ops, linked.id)).status).toBe(204);
    expect((await identities(ops)).body.data).toEqual([]);
    expect((await unlink(ops, linked.id)).status).toBe(404);
  });

  test.each([['pwd', 'mfa'], ['pwd']])(
    'of a privileged user by %s %s needs ours where the provider has had no second factor proved',
    async (...amr) => {
      const id = await connected();
      const { acr: _, ...person } = okta(['vestry-ops']);
      const ada = known({ ...person, amr: amr.filter((method) => method !== undefined) });
      await link(tenant.as('OPS'), code(await new Browser().signIn(id, ada, { link: 'true' })));
      vi.stubEnv('SECOND_FACTOR', 'on');
      const given = code(await new Browser().signIn(id, ada));
      const { body: began } = await exchange(given);
      expect(began).toMatchObject(
        amr.includes('mfa') ? { token_type: 'Bearer' } : { mfa_required: true, enrolled: false },
      );
      await exchange(given);
      if ('mfa_token' in began) {
        const mfa_token = began.mfa_token;
        const enrol = await call(enrolAtSignInHandler, enrolAtSignIn, { body: { mfa_token } });
        expect([enrol.status, enrol.body.type]).toEqual([401, '/problems/sign-in-invalid']);
      }
    },
  );

  test.each<[string, number, Record<string, string>, number]>([
    ['a minute ago', 60, {}, 202],
    ['six minutes ago', 360, {}, 403],
    ['anew', 360, { anew: 'true' }, 202],
    ['at an instant that it does not tell', Number.NaN, {}, 403],
  ])(
    'counts for what needs a fresh second factor if the provider had it proved %s',
    async (_, ago, query, status) => {
      const id = await connected();
      const signedInFor = Number.isNaN(ago) ? 0 : ago;
      const ada = known({ ...okta(['vestry-admins']), signedInFor });
      const as = tenant.as('ADMIN');
      await link(as, code(await new Browser().signIn(id, ada, { link: 'true' })));
      vi.stubEnv('SECOND_FACTOR', 'on');
      const given = code(await new Browser().signIn(id, ada, query));
      if (Number.isNaN(ago))
        await database.admin.query('update federated_sign_ins set authenticated_at = null');
      const { body: session } = await exchange(given);
      const verdict = await authorizerVerdict(`Bearer ${session.access_token}`);
      const settings = { sso_required: false, break_glass_user_id: null, second_factor_demanded: false };
      const answer = await call(setSettingsHandler, setSignInSettings, {
        as: { ...as, sessionId: String(verdict?.sid) },
        body: settings,
        headers: { 'If-Match': '"0"' },
      });
      expect([answer.status, answer.body.type], answer.text).toEqual([
        status,
        status === 403 ? '/problems/second-factor-required' : undefined,
      ]);
    },
  );

  test('in the authentication context that the connection asks for proves a second factor, and in no other', async () => {
    const acrs: string[] = [];
    const ada = known(entra({ groups: ['vestry-ops'], acrs }));
    const id = await created(tenant, body({ subject_claim: 'oid' }));
    await register(id);
    await switchedOn(tenant, id, ada);
    await link(tenant.as('OPS'), code(await new Browser().signIn(id, ada, { link: 'true' })));
    const proved = async (...told: string[]): Promise<boolean> => {
      acrs.splice(0, acrs.length, ...told);
      vi.stubEnv('SECOND_FACTOR', 'on');
      const { body: session } = await exchange(code(await new Browser().signIn(id, ada)));
      vi.unstubAllEnvs();
      return !('mfa_required' in session);
    };
    expect(await proved('c1')).toBe(false);
    const waiting = await new Connections(tenant.as('ADMIN')).change(id, { authentication_context: 'c1' });
    expect(waiting).toMatchObject({ status: 202, body: { after: { authentication_context: 'c1' } } });
    expect(await proved('c1')).toBe(false);
    await approved(tenant, waiting);
    expect(await proved('c1')).toBe(true);
    expect(await proved('c2', 'c1')).toBe(true);
    expect(await proved('c2')).toBe(false);
    expect(await proved()).toBe(false);
    const { searchParams } = new URL((await new Browser().start(id)).header('location') ?? '');
    expect(JSON.parse(searchParams.get('claims') ?? '')).toEqual({
      id_token: { acrs: { essential: true, value: 'c1' } },
    });
    const other = await connected({ authentication_context: 'urn:acme:loa:2' });
    const asked = new URL((await new Browser().start(other)).header('location') ?? '').searchParams;
    expect([asked.get('acr_values'), asked.get('claims')]).toEqual(['urn:acme:loa:2', null]);
  });

  test('as Entra ID answers: recognised by tid and oid whatever the sub, without a verified address, refused when groups overflow', async () => {
    const id = await created(tenant, body({ subject_claim: 'oid' }));
    await register(id);
    const ada = known(entra({ roles: ['Vestry.Employee'] }));
    await switchedOn(tenant, id, ada);
    code(await new Browser().signIn(id, ada));
    const identity = await one('select subject from federated_identities where tenant_id = $1', [tenant.id]);
    expect(identity.subject).toBe(`${DIRECTORY}.${ada.claims.oid}`);
    const samePerson = known({
      ...entra({}),
      claims: { ...ada.claims, preferred_username: 'renamed@entra.example' },
    });
    expect((await new Browser().signIn(id, samePerson)).body.user.email).toBe(ada.email);

    // Its provisioning names people by the id of their object alone.
    const eve = known(entra({ roles: ['Vestry.Employee'] }));
    const made = { userName: 'eve@acme.example', externalId: eve.claims.oid };
    const as = tenant.as('DIRECTORY');
    expect((await call(createScimUserHandler, createScimUser, { as, body: made })).status).toBe(201);
    expect((await new Browser().signIn(id, eve)).body.user.email).toBe('eve@acme.example');

    const overflowed = known(entra({ roles: ['Vestry.Employee'], _claim_names: { groups: 'src1' } }));
    expect(reasonOf(await new Browser().signIn(id, overflowed))).toEqual([403, 'groups-overage']);
    const nameless = known(entra({ roles: ['Vestry.Employee'], oid: undefined }));
    expect(reasonOf(await new Browser().signIn(id, nameless))).toEqual([401, 'subject-missing']);
    const noAddress = known(entra({ roles: ['Vestry.Employee'], preferred_username: undefined }));
    code(await new Browser().signIn(id, noAddress));
  });

  test('by a client that posts its secret, and by one that signs with a key', async () => {
    const posting = await connected({}, { token_endpoint_auth_method: 'client_secret_post' });
    code(await new Browser().signIn(posting, employee));
    const id = await created(
      tenant,
      body({ client_authentication: 'PRIVATE_KEY', client_secret: undefined }),
    );
    const { body: shown } = await new Connections(tenant.as('ADMIN')).get(id);
    expect(shown.public_jwk).toMatchObject({ kty: 'EC', crv: 'P-256', kid: expect.any(String) });
    expect(shown.public_jwk.d).toBeUndefined();
    await register(id, {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [shown.public_jwk] },
    });
    await switchedOn(tenant, id, employee);
    code(await new Browser().signIn(id, employee));
  });

  test('follows the provider’s keys when they rotate', async () => {
    const id = await connected();
    code(await new Browser().signIn(id, employee));
    await register(id);
    code(await new Browser().signIn(id, employee));
  });
});

describe('a provider', () => {
  test('ends the sessions of a person or of one session, and nobody else’s', async () => {
    const id = await connected();
    const [ada, bob] = [known(okta(['everyone'])), known(okta(['everyone']))];
    const sessions: { pair: Json; sid: unknown; provider_session: string }[] = [];
    for (const person of [ada, ada, bob]) {
      const { body: pair } = await exchange(code(await new Browser().signIn(id, person)));
      const sid = (await authorizerVerdict(`Bearer ${pair.access_token}`))?.sid;
      const { provider_session } = await one(
        'select provider_session from federated_sessions where family_id = $1',
        [sid],
      );
      sessions.push({ pair, sid, provider_session: String(provider_session) });
    }
    const lives = () =>
      Promise.all(
        sessions.map(async ({ sid }) =>
          Boolean(await one('select from refresh_tokens where family_id = $1 and revoked_at is null', [sid])),
        ),
      );
    const client = await served.Client.find('vestry');
    const tokenOf = async (sub: string, sid: string): Promise<string> => {
      listener.heard.length = 0;
      // Its types leave the method out.
      const logout = client?.backchannelLogout as (sub: string, sid: string) => Promise<void>;
      await logout.call(client, sub, sid);
      return new URLSearchParams(listener.heard[0]?.body).get('logout_token') ?? '';
    };
    const first = await tokenOf(ada.id, sessions[0]?.provider_session ?? '');
    expect((await endSessions(id, first)).status).toBe(200);
    expect(await lives()).toEqual([false, true, true]);
    const again = await endSessions(id, first);
    expect([again.status, again.body.detail]).toEqual([401, 'This logout token has been used.']);
    expect((await endSessions(id, `${first.slice(0, -4)}AAAA`)).status).toBe(401);
    expect((await endSessions(id, sessions[1]?.pair.access_token)).status).toBe(401);
    expect((await endSessions(id, '')).status).toBe(422);
    expect((await endSessions(randomUUID(), first)).status).toBe(404);
    expect(await lives()).toEqual([false, true, true]);
  });
});

describe('required single sign-on', () => {
  const settings = async (more: object, version = 0) => {
    const answer = await call(setSettingsHandler, setSignInSettings, {
      as: tenant.as('ADMIN'),
      body: { sso_required: true, break_glass_user_id: tenant.as('ADMIN').actorId, ...more },
      headers: { 'If-Match': `"${version}"` },
    });
    return answer;
  };
  const signIn = (email: string, password = PASSWORD) =>
    call(loginHandler, login, { body: { tenant: tenant.slug, email, password } });

  test('leaves one user a password, tells the others once they have proved theirs, and ends what passwords began', async () => {
    expect((await settings({})).body.errors?.[0]).toMatchObject({
      pointer: '/sso_required',
      code: 'no-connection',
    });
    await connected();
    expect((await settings({ break_glass_user_id: null })).body.errors?.[0]?.pointer).toBe(
      '/break_glass_user_id',
    );
    expect(
      (await settings({ break_glass_user_id: tenant.as('OPS').actorId })).body.errors?.[0]?.pointer,
    ).toBe('/break_glass_user_id');
    await database.admin.query('update users set password_hash = $2 where tenant_id = $1', [
      tenant.id,
      await hashPassword(PASSWORD),
    ]);
    const [admin, ops] = [`admin@${tenant.slug}.example`, `ops@${tenant.slug}.example`];
    const before = await signIn(ops);
    expect(before.status).toBe(200);
    await approved(tenant, await settings({}));
    expect((await signIn(admin)).status).toBe(200);
    const told = await signIn(ops);
    expect([told.status, told.body.type]).toEqual([403, '/problems/sso-required']);
    const wrong = await signIn(ops, 'another password of theirs');
    const nobody = await signIn('nobody@vestry.example');
    expect({ ...wrong.body, instance: '' }).toEqual({ ...nobody.body, instance: '' });
    expect(wrong.status).toBe(401);
    const refresh = { body: { refresh_token: before.body.refresh_token } };
    expect((await call(refreshHandler, refreshSession, refresh)).status).toBe(401);
  });

  test('is lifted by that user and an operator, once nobody else is there who could approve it', async () => {
    await connected();
    await approved(tenant, await settings({}));
    const operator = await insertTestOperator(database.admin);
    const lifting = await settings({ sso_required: false, break_glass_user_id: null }, 1);
    expect(lifting.status, lifting.text).toBe(202);
    const approve = (): Promise<TestResponse> =>
      call(approveTenantHandler, approveTenantChange, {
        as: operator,
        params: { id: tenant.id, approval: lifting.body.id },
      });
    expect((await approve()).body.type).toBe('/problems/four-eyes');
    const disabled = await call(updateUserHandler, updateUser, {
      as: tenant.as('ADMIN'),
      params: { id: String(tenant.as('COMPLIANCE').actorId) },
      body: { status: 'DISABLED' },
      headers: { 'If-Match': '"1"' },
    });
    expect(disabled.status, disabled.text).toBe(200);
    expect(await approve()).toMatchObject({ status: 200, body: { state: 'APPROVED' } });
    expect(await one('select sso_required from sign_in_settings where tenant_id = $1', [tenant.id])).toEqual({
      sso_required: false,
    });
  });
});

test('nothing that providers say stands in the trail or in the database in the clear', async () => {
  const { rows } = await database.admin.query(
    `select string_agg(payload::text, ' ') as trail, (select string_agg(c::text, ' ') from connections c) as kept from audit_log`,
  );
  expect(rows[0].trail).not.toMatch(/client secret of the test|eyJ|@okta\.example/);
  expect(rows[0].kept).not.toMatch(/client secret of the test/);
  expect(await userOf('nobody@okta.example')).toBeUndefined();
});
