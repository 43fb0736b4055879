import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import * as routes from '#approvals/approvals.routes.ts';
import { handler as approveTenantChange } from '#functions/approvals/approve-tenant-change.ts';
import { handler as createUserHandler } from '#functions/identity/create-user.ts';
import { handler as updateUserHandler } from '#functions/identity/update-user.ts';
import { createUser, updateUser } from '#identity/users/users.routes.ts';
import { uuidV7 } from '#kernel/ids.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Payments } from '#tests/support/payment-client.ts';
import { call } from '#tests/support/request.ts';
import {
  callersExist,
  insertSession,
  insertTestOperator,
  insertTestTenant,
  type TestTenant,
} from '#tests/support/tenants.ts';

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let admin: Payments;
let compliance: Approvals;

beforeAll(async () => {
  process.env.BANK_BY_HTTP = 'on';
  database = await testDatabase();
  aws = await testAws();
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
afterEach(() => vi.unstubAllEnvs());
beforeEach(async () => {
  acme = await insertTestTenant(database.admin, 'ISSUER');
  admin = new Payments(acme.as('ADMIN'));
  compliance = new Approvals(acme.as('COMPLIANCE'));
});

const threshold = (amount: string) => ({ approve_above: [{ currency: 'USD', amount }] });

/** Returns the threshold that is in force. */
async function inForce(): Promise<unknown> {
  const { rows } = await database.admin.query(
    `select approve_above->>'USD' as minor from payment_settings where tenant_id = $1`,
    [acme.id],
  );
  return rows[0]?.minor;
}

describe('a change that loosens', () => {
  test('waits with what it replaces, and takes effect by another person’s approval', async () => {
    const asked = await admin.setSettings(threshold('9999999'));
    expect(asked.status).toBe(202);
    expect(asked.header('location')).toMatch(`/api/approvals/${asked.body.id}`);
    expect(asked.body).toMatchObject({
      kind: 'payment-settings',
      state: 'PENDING',
      requested_by: acme.as('ADMIN').actorId,
      decided_by: null,
      subject: { type: 'settings', id: 'payments' },
      before: { approve_above: [] },
      after: { approve_above: [{ currency: 'USD', amount: '9999999.00' }] },
    });
    expect(await inForce()).toBeUndefined();
    expect((await compliance.list({ state: 'PENDING' })).body.data).toEqual([
      { ...asked.body, can_decide: true, cannot_decide_because: null, subject_name: null },
    ]);

    const own = await new Approvals(acme.as('ADMIN')).approve(asked.body.id);
    expect([own.status, own.body.type]).toEqual([403, '/problems/four-eyes']);
    const { rows } = await database.admin.query(
      `select actor_id, action, resource, payload from audit_log where tenant_id = $1 and problem = 'four-eyes'`,
      [acme.id],
    );
    expect(rows).toEqual([
      {
        actor_id: acme.as('ADMIN').actorId,
        action: 'access.denied',
        resource: 'approveChange',
        payload: { path_parameters: { id: asked.body.id } },
      },
    ]);
    expect(await inForce()).toBeUndefined();

    const approved = await compliance.approve(asked.body.id);
    expect(approved.status, approved.text).toBe(200);
    expect(approved.body).toMatchObject({ state: 'APPROVED', decided_by: acme.as('COMPLIANCE').actorId });
    expect(await inForce()).toBe('999999900');
    expect((await compliance.get(asked.body.id)).body).toEqual({
      ...approved.body,
      subject_name: null,
      can_decide: false,
      cannot_decide_because: 'decided',
    });
    expect((await compliance.approve(asked.body.id)).status).toBe(409);
    expect((await compliance.list({ state: 'PENDING' })).body.data).toEqual([]);
  });

  test('has no effect when it is denied or withdrawn, and can be proposed again', async () => {
    const first = await admin.setSettings(threshold('20000'));
    expect((await admin.setSettings(threshold('30000'))).body.type).toBe('/problems/change-pending');
    expect((await compliance.deny(first.body.id, 'Too much.')).body).toMatchObject({
      state: 'DENIED',
      reason: 'Too much.',
    });
    const second = await admin.setSettings(threshold('20000'));
    expect((await compliance.withdraw(second.body.id)).status).toBe(403);
    expect((await new Approvals(acme.as('ADMIN')).withdraw(second.body.id)).body.state).toBe('WITHDRAWN');
    expect((await compliance.approve(second.body.id)).status).toBe(409);
    expect(await inForce()).toBeUndefined();
  });

  test('is refused when its subject has changed since', async () => {
    const asked = await admin.setSettings(threshold('20000'));
    expect((await admin.setSettings(threshold('100'))).status).toBe(200);
    expect((await compliance.approve(asked.body.id)).body.type).toBe('/problems/change-outdated');
    expect(await inForce()).toBe('10000');
    expect((await compliance.get(asked.body.id)).body.state).toBe('PENDING');
  });

  test('cannot be approved after its time, and is proposed anew', async () => {
    const asked = await admin.setSettings(threshold('20000'));
    const days = (count: number) => String(count * 86_400_000);
    vi.stubEnv('VESTRY_CLOCK_AHEAD_MS', days(29));
    expect((await compliance.list({ state: 'PENDING' })).body.data).toHaveLength(1);
    expect((await admin.setSettings(threshold('30000'))).body.type).toBe('/problems/change-pending');
    vi.stubEnv('VESTRY_CLOCK_AHEAD_MS', days(31));
    expect((await compliance.list({ state: 'EXPIRED' })).body.data).toHaveLength(1);
    expect((await compliance.list({ state: 'PENDING' })).body.data).toEqual([]);
    expect((await compliance.approve(asked.body.id)).body.type).toBe('/problems/change-decided');
    const anew = await admin.setSettings(threshold('20000'));
    expect(anew.status).toBe(202);
    expect(Date.parse(anew.body.expires_at)).toBeGreaterThan(Date.now() + Number(days(60)));
  });

  test.each([
    ['another channel', { channel: 'NACHA_FILE' }],
    ['a shorter cooling-off', { cooling_off_hours: 1 }],
    ['other wishes of the bank', { bank_profile: { padding: false } }],
    ['a threshold of one currency among others', { approve_above: [{ currency: 'JPY', amount: '10001' }] }],
  ])('%s', async (_, settings) => {
    const originator = {
      company_name: 'Acme',
      company_id: '1234567890',
      odfi_routing_number: '121042882',
      immediate_destination: '121042882',
      immediate_destination_name: 'Bank',
      immediate_origin: '1234567890',
    };
    const body = 'channel' in settings ? { ...settings, ach_originator: originator } : settings;
    expect((await admin.setSettings(body)).status).toBe(202);
  });
});

test('a change that tightens takes effect at once, and undoing it waits', async () => {
  expect((await admin.setSettings({ ...threshold('0'), cooling_off_hours: 48 })).status).toBe(200);
  expect(await inForce()).toBe('0');
  // A currency without a threshold of its own has the default, which is higher.
  expect((await admin.setSettings({ cooling_off_hours: 48 })).status).toBe(202);
});

test('every step leaves its entry, with both persons', async () => {
  const asked = await admin.setSettings(threshold('20000'));
  await compliance.approve(asked.body.id);
  const { rows } = await database.admin.query(
    'select actor_role, action, resource, payload from audit_log where tenant_id = $1 order by id',
    [acme.id],
  );
  expect(rows).toMatchObject([
    { actor_role: 'ADMIN', action: 'change.requested', resource: `approvals/${asked.body.id}` },
    {
      actor_role: 'COMPLIANCE',
      action: 'change.approved',
      resource: `approvals/${asked.body.id}`,
      payload: {
        kind: 'payment-settings',
        requested_by: acme.as('ADMIN').actorId,
        after: { approve_above: [{ currency: 'USD', amount: '20000.00' }] },
      },
    },
  ]);
  const outbox = await database.admin.query(
    `select type, payload from outbox where tenant_id = $1 and type like 'change.%' order by id`,
    [acme.id],
  );
  expect(outbox.rows).toMatchObject([
    { type: 'change.requested', payload: { change_request_id: asked.body.id, state: 'PENDING' } },
    { type: 'change.decided', payload: { change_request_id: asked.body.id, state: 'APPROVED' } },
  ]);
});

test('the database lets nobody approve their own change, whatever the code forgets', async () => {
  const asked = await admin.setSettings(threshold('20000'));
  const approveAs = (user: string) =>
    database.admin.query(
      `with context as (select set_config('app.tenant_id', $3, true))
       update change_requests set state = 'APPROVED', decided_by = $2, decided_at = now() from context where id = $1`,
      [asked.body.id, user, acme.id],
    );
  await expect(approveAs(acme.as('ADMIN').actorId)).rejects.toThrow(/another person|four_eyes/);
  await expect(approveAs(acme.as('OPS').actorId)).rejects.toThrow(/another person/);
  await expect(approveAs(acme.as('EMPLOYEE').actorId)).rejects.toThrow(/another person/);
});

describe('a privileged user', () => {
  const password = 'correct horse battery';
  const create = (role: string, email: string) =>
    call(createUserHandler, createUser, { as: acme.as('ADMIN'), body: { email, role, password } });
  const change = (id: string, body: object, version = 1) =>
    call(updateUserHandler, updateUser, {
      as: acme.as('ADMIN'),
      params: { id },
      body,
      headers: { 'If-Match': `"${version}"` },
    });
  const rowOf = async (email: string) =>
    (await database.admin.query('select * from users where tenant_id = $1 and email = $2', [acme.id, email]))
      .rows[0];

  test('is there once another person has approved it, and the request keeps no secret', async () => {
    const asked = await create('COMPLIANCE', 'new@acme.example');
    expect(asked.status, asked.text).toBe(202);
    expect(asked.text).not.toMatch(/scrypt|hash|password/);
    expect(await rowOf('new@acme.example')).toBeUndefined();
    expect((await create('OPS', `compliance@${acme.slug}.example`)).body.type).toBe('/problems/user-exists');
    await approved(acme, asked);
    expect(await rowOf('new@acme.example')).toMatchObject({
      id: asked.body.subject.id,
      role: 'COMPLIANCE',
      made_by: acme.as('ADMIN').actorId,
      confirmed_by: acme.as('COMPLIANCE').actorId,
    });
    const { rows } = await database.admin.query('select proposal from change_requests where id = $1', [
      asked.body.id,
    ]);
    expect(rows).toEqual([{ proposal: {} }]);
  });

  test('keeps the old password until the new one is approved', async () => {
    const officer = acme.as('COMPLIANCE').actorId;
    expect((await change(officer, { password })).status).toBe(202);
    expect(await rowOf(`compliance@${acme.slug}.example`)).toMatchObject({
      password_hash: 'none',
      version: 1,
    });
    expect((await change(acme.as('ADMIN').actorId, { password })).status).toBe(200);
  });

  test('an EMPLOYEE is created, changed and promoted: the promotion waits', async () => {
    const employee = await create('EMPLOYEE', 'worker@acme.example');
    expect(employee.status).toBe(201);
    expect((await change(employee.body.id, { password })).status).toBe(200);
    expect((await change(employee.body.id, { role: 'COMPLIANCE' }, 2)).status).toBe(202);
    expect((await rowOf('worker@acme.example')).role).toBe('EMPLOYEE');
  });
});

describe('whom one person has made is no second person', () => {
  /** Inserts a user as if an older release, or a directory, had made it. */
  async function insertMade(role: string, madeBy: string, confirmedBy: string | null = null) {
    const { rows } = await database.admin.query(
      `insert into users (tenant_id, email, role, password_hash, made_by, confirmed_by)
       values ($1, gen_random_uuid()::text, $2, 'none', $3, $4) returning id`,
      [acme.id, role, madeBy, confirmedBy],
    );
    const made = {
      ...acme.as('ADMIN'),
      actorId: rows[0].id,
      actorRole: role as 'ADMIN',
      sessionId: uuidV7(),
    };
    await insertSession(database.admin, made);
    return made;
  }
  let amount = 20_000;
  const decideAs = async (maker: Principal, checker: Principal) => {
    amount += 1_000;
    const asked = await new Payments(maker).setSettings(threshold(String(amount)));
    const { status } = await new Approvals(checker).approve(asked.body.id);
    if (status !== 200) await new Approvals(maker).withdraw(asked.body.id);
    return status;
  };

  test('until somebody else has confirmed them, over the whole chain and in both directions', async () => {
    const admin = acme.as('ADMIN');
    const puppet = await insertMade('COMPLIANCE', admin.actorId);
    const second = await insertMade('ADMIN', puppet.actorId, admin.actorId);
    expect(await decideAs(admin, puppet)).toBe(403);
    expect(await decideAs(admin, second)).toBe(403);
    expect(await decideAs(second, admin)).toBe(403);
    expect(await decideAs(second, puppet)).toBe(403);
    const sibling = await insertMade('ADMIN', admin.actorId);
    expect(await decideAs(sibling, puppet)).toBe(403);
    const confirmed = await insertMade('COMPLIANCE', admin.actorId, acme.as('COMPLIANCE').actorId);
    expect(await decideAs(admin, confirmed)).toBe(200);
    expect(await decideAs(second, acme.as('COMPLIANCE'))).toBe(200);
  });
});

describe('a tenant with one ADMIN', () => {
  test('gets its second person by an operator, who decides nothing else and only while nobody else can', async () => {
    const operator = await insertTestOperator(database.admin);
    await database.admin.query(
      `delete from refresh_tokens t using users u
         where t.tenant_id = $1 and u.id = t.user_id and u.role <> 'ADMIN'`,
      [acme.id],
    );
    await database.admin.query(
      `delete from sessions s using users u where s.tenant_id = $1 and u.id = s.user_id and u.role <> 'ADMIN'`,
      [acme.id],
    );
    const { rows } = await database.admin.query(
      `delete from users where tenant_id = $1 and role <> 'ADMIN' returning id`,
      [acme.id],
    );
    expect(rows).toHaveLength(3);
    const asked = await call(createUserHandler, createUser, {
      as: acme.as('ADMIN'),
      body: { email: 'first@acme.example', role: 'COMPLIANCE', password: 'correct horse battery' },
    });
    const settings = await admin.setSettings(threshold('20000'));
    const approve = (approval: string) =>
      call(approveTenantChange, routes.approveTenantChange, {
        as: operator,
        params: { id: acme.id, approval },
      });
    expect((await approve(settings.body.id)).body.type).toBe('/problems/four-eyes');
    expect(await approve(asked.body.id)).toMatchObject({ status: 200, body: { state: 'APPROVED' } });
    const more = await call(createUserHandler, createUser, {
      as: acme.as('ADMIN'),
      body: { email: 'next@acme.example', role: 'OPS', password: 'correct horse battery' },
    });
    expect((await approve(more.body.id)).body.type).toBe('/problems/four-eyes');
  });
});

describe('operators', () => {
  let roots: Principal[];
  const invite = (as: Principal, role = 'OPERATOR') =>
    call(createUserHandler, createUser, { as, body: { email: `${uuidV7()}@vestry.example`, role } });
  const user = async (id: string) =>
    (await database.admin.query('select role, status, made_by from users where id = $1', [id])).rows[0];
  const disable = async (as: Principal, id: string) => {
    const { rows } = await database.admin.query('select version from users where id = $1', [id]);
    const headers = { 'If-Match': `"${rows[0].version}"` };
    return call(updateUserHandler, updateUser, { as, params: { id }, body: { status: 'DISABLED' }, headers });
  };

  beforeEach(async () => {
    await database.admin.query(`update users set status = 'DISABLED' where role = 'OPERATOR'`);
    roots = [await insertTestOperator(database.admin), await insertTestOperator(database.admin)];
    await callersExist();
  });

  test('are invited by one of them and approved by another, who is independent', async () => {
    const [first, second] = roots as [Principal, Principal];
    const asked = await invite(first);
    expect(asked.status, asked.text).toBe(202);
    expect(await user(asked.body.subject.id)).toBeUndefined();
    const puppet = await insertTestOperator(database.admin);
    await callersExist();
    await database.admin.query('update users set made_by = $1 where id = $2', [
      first.actorId,
      puppet.actorId,
    ]);
    for (const as of [first, puppet, acme.as('ADMIN')])
      expect((await new Approvals(as).approve(asked.body.id)).status).toBeGreaterThanOrEqual(403);
    expect((await new Approvals(second).list({ state: 'PENDING' })).body.data).toMatchObject([
      { id: asked.body.id, can_decide: true },
    ]);
    const approved = await new Approvals(second).approve(asked.body.id);
    expect(approved.status, approved.text).toBe(200);
    expect(await user(asked.body.subject.id)).toMatchObject({ role: 'OPERATOR', status: 'INVITED' });
  });

  test('are invited at once while nobody else could approve', async () => {
    const [first, second] = roots as [Principal, Principal];
    expect((await disable(first, second.actorId)).status).toBe(200);
    const made = await invite(first);
    expect([made.status, made.body.status, made.body.invitation_url]).toEqual([201, 'INVITED', undefined]);
    expect(await user(made.body.id)).toMatchObject({ role: 'OPERATOR', made_by: first.actorId });
  });

  test('end at once, but for the last one', async () => {
    const [first, second] = roots as [Principal, Principal];
    expect((await disable(second, first.actorId)).status).toBe(200);
    expect((await invite(first)).status).toBe(401);
    expect((await disable(second, second.actorId)).body.type).toBe('/problems/last-admin');
  });

  test('are of the platform’s own tenant alone, which has nobody else', async () => {
    const [first] = roots as [Principal];
    for (const [as, role] of [
      [first, 'ADMIN'],
      [acme.as('ADMIN'), 'OPERATOR'],
    ] as const) {
      const answer = await invite(as, role);
      expect([answer.status, answer.body.errors?.[0].code]).toEqual([422, 'role-of-another-tenant']);
    }
    expect((await disable(first, acme.as('OPS').actorId)).status).toBe(404);
  });
});
