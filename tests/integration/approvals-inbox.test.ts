import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler as createUserHandler } from '#functions/identity/create-user.ts';
import { handler as addParticipantAccount } from '#functions/payments/create-participant-bank-account.ts';
import { handler as enrollPlanHandler } from '#functions/plans/enroll-plan.ts';
import { handler as announceChanges } from '#functions/workers/announce-changes.ts';
import { handler as postNotices } from '#functions/workers/post-notices.ts';
import { createUser } from '#identity/users/users.routes.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { createParticipantBankAccount } from '#payments/payees/bank-accounts.routes.ts';
import { enrollPlan } from '#plans/enrolment.routes.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { Approvals } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { mailsTo, type ReadMail } from '#tests/support/mails.ts';
import { ACCOUNT, Payments } from '#tests/support/payment-client.ts';
import { drain, recordOf } from '#tests/support/queue-driver.ts';
import { Register } from '#tests/support/register.ts';
import { RegisterFiles } from '#tests/support/register-files.ts';
import { call, testContext } from '#tests/support/request.ts';
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
beforeEach(async () => {
  acme = await insertTestTenant(database.admin, 'ISSUER');
  admin = new Payments(acme.as('ADMIN'));
  compliance = new Approvals(acme.as('COMPLIANCE'));
});

const threshold = (amount: string) => ({ approve_above: [{ currency: 'USD', amount }] });

/** Inserts a user whom another has made and nobody has confirmed, with a session. */
async function madeBy(maker: Principal, role: 'COMPLIANCE'): Promise<Principal> {
  const { rows } = await database.admin.query(
    `insert into users (tenant_id, email, role, password_hash, made_by) values ($1, gen_random_uuid()::text, $2, 'none', $3) returning id`,
    [acme.id, role, maker.actorId],
  );
  const made = { ...acme.as(role), actorId: rows[0].id, sessionId: uuidV7() };
  await insertSession(database.admin, made);
  return made;
}

describe('the inbox', () => {
  const propose = async () => ({
    settings: (await admin.setSettings(threshold('20000'))).body.id as string,
    user: (
      await call(createUserHandler, createUser, {
        as: acme.as('ADMIN'),
        body: { email: 'new@acme.example', role: 'OPS', password: 'correct horse battery' },
      })
    ).body.id as string,
    payment: await paymentOf(acme.as('OPS')),
  });
  const paymentOf = async (maker: Principal): Promise<string> => {
    const { rows } = await database.admin.query(
      `insert into shareholders (tenant_id, external_ref, name, kyc_status) values ($1, gen_random_uuid()::text, 'Ada', 'VERIFIED') returning id`,
      [acme.id],
    );
    await database.admin.query(
      `insert into bank_accounts (tenant_id, shareholder_id, routing_number, account_number_sealed, account_last4, account_type, holder_name)
       values ($1, $2, '121042882', 'v1.sealed', '0000', 'CHECKING', 'Ada')`,
      [acme.id, rows[0].id],
    );
    const order = { shareholder_id: rows[0].id, amount: '9999999', currency: 'USD' };
    await new Payments(maker).order(order);
    const [request] = (await compliance.list({ kind: 'payment' })).body.data;
    return request.id;
  };
  const idsIn = async (inbox: Approvals, query: Record<string, string>) =>
    (await inbox.list(query)).body.data.map(({ id }: { id: string }) => id);

  test('tells everybody what they can decide, and why not: by the rule that then decides', async () => {
    const { settings, user, payment } = await propose();
    const puppet = await madeBy(acme.as('ADMIN'), 'COMPLIANCE');
    const seen = async (as: Principal) => {
      const entries = (await new Approvals(as).list({ state: 'PENDING' })).body.data;
      const reasons = entries.map((entry: Record<string, string>) => [entry.id, entry.cannot_decide_because]);
      expect(await idsIn(new Approvals(as), { decidable: 'true' })).toEqual(
        entries
          .filter(({ can_decide }: { can_decide: boolean }) => can_decide)
          .map((e: { id: string }) => e.id),
      );
      return Object.fromEntries(reasons);
    };
    // A change that is of somebody’s says whose, in the list and by itself.
    const names = (await compliance.list({ state: 'PENDING' })).body.data.map(
      ({ id, subject_name }: { id: string; subject_name: string | null }) => [id, subject_name],
    );
    expect(Object.fromEntries(names)).toEqual({ [settings]: null, [user]: null, [payment]: 'Ada' });
    expect((await compliance.get(payment)).body.subject_name).toBe('Ada');
    expect((await admin.list()).body.data).toMatchObject([{ payee_name: 'Ada' }]);
    expect(await seen(acme.as('COMPLIANCE'))).toEqual({ [settings]: null, [user]: null, [payment]: null });
    expect(await seen(acme.as('ADMIN'))).toEqual({
      [settings]: 'own-proposal',
      [user]: 'own-proposal',
      [payment]: null,
    });
    expect(await seen(acme.as('OPS'))).toEqual({
      [settings]: 'role',
      [user]: 'role',
      [payment]: 'own-proposal',
    });
    expect(await seen(puppet)).toEqual({
      [settings]: 'not-independent',
      [user]: 'not-independent',
      [payment]: null,
    });
    expect((await new Approvals(puppet).approve(settings)).status).toBe(403);
    expect((await new Approvals(puppet).get(settings)).body.cannot_decide_because).toBe('not-independent');
    expect((await new Approvals(puppet).counts()).body).toMatchObject({
      waiting: 3,
      decidable: 1,
      data: [
        { kind: 'payment', waiting: 1, decidable: 1 },
        { kind: 'payment-settings', waiting: 1, decidable: 0 },
        { kind: 'user-created', waiting: 1, decidable: 0 },
      ],
    });
    expect(await idsIn(new Approvals(puppet), { decidable: 'false', state: 'PENDING' })).toEqual([
      user,
      settings,
    ]);
  });

  test('is filtered by kind, maker and the time that something has waited', async () => {
    const { settings, user, payment } = await propose();
    await database.admin.query('alter table change_requests disable trigger guard_change_request');
    await database.admin.query(
      `update change_requests set requested_at = now() - interval '49 hours' where id = $1`,
      [user],
    );
    await database.admin.query('alter table change_requests enable trigger guard_change_request');
    expect(await idsIn(compliance, { waiting_hours: '48' })).toEqual([user]);
    expect(await idsIn(compliance, { waiting_hours: '50' })).toEqual([]);
    expect(await idsIn(compliance, { requested_by: acme.as('OPS').actorId })).toEqual([payment]);
    expect(
      await idsIn(compliance, { requested_by: acme.as('ADMIN').actorId, kind: 'payment-settings' }),
    ).toEqual([settings]);
    await compliance.deny(user);
    expect(await idsIn(compliance, { waiting_hours: '48' })).toEqual([]);
    for (const query of [
      { waiting_hours: '-1' },
      { waiting_hours: '87601' },
      { decidable: '1' },
      { requested_by: 'me' },
    ])
      expect((await compliance.list(query as unknown as Record<string, string>)).status).toBe(422);
  });

  test('is decided on many at once, each by itself', async () => {
    const { settings, user, payment } = await propose();
    const unknown = uuidV7();
    const own = new Approvals(acme.as('ADMIN'));
    const items = [settings, unknown, payment, user].map((id) => ({ id, version: id === user ? 7 : 1 }));
    const answer = await own.decide({ decision: 'APPROVE', items });
    expect([answer.status, answer.body.decided, answer.body.refused], answer.text).toEqual([200, 1, 3]);
    expect(answer.body.data).toMatchObject([
      { id: settings, status: 403, change_request: null, problem: { type: '/problems/four-eyes' } },
      { id: unknown, status: 404, problem: { type: '/problems/not-found' } },
      { id: payment, status: 200, change_request: { state: 'APPROVED' }, problem: null },
      { id: user, status: 412, problem: { type: '/problems/precondition-failed' } },
    ]);
    const key = { 'Idempotency-Key': 'of the test' };
    const denial = { decision: 'DENY', reason: 'Not now.', items: [{ id: settings }, { id: user }] };
    const denied = await compliance.decide(denial, key);
    expect(denied.body).toMatchObject({
      decided: 2,
      refused: 0,
      data: [{ change_request: { state: 'DENIED', reason: 'Not now.' } }, { status: 200 }],
    });
    expect((await compliance.decide(denial, key)).body).toEqual(denied.body);
    expect((await compliance.decide(denial)).body.data).toMatchObject([{ status: 409 }, { status: 409 }]);
    const { rows } = await database.admin.query(
      `select action, problem, resource from audit_log where tenant_id = $1 and action <> 'change.requested'
         and action not like 'payment-order%' and action <> 'personal-data.read' order by id`,
      [acme.id],
    );
    expect(rows).toEqual([
      { action: 'access.denied', problem: 'four-eyes', resource: 'decideChanges' },
      { action: 'changes.decided', problem: null, resource: 'approvals' },
      { action: 'change.denied', problem: null, resource: `approvals/${settings}` },
      { action: 'change.denied', problem: null, resource: `approvals/${user}` },
      { action: 'changes.decided', problem: null, resource: 'approvals' },
      { action: 'changes.decided', problem: null, resource: 'approvals' },
    ]);
  });

  test.each([
    ['no item', []],
    ['101 items', Array.from({ length: 101 }, () => ({ id: uuidV7() }))],
    ['an item twice', Array.from({ length: 2 }, () => ({ id: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d' }))],
  ])('takes no decision on %s', async (_, items) => {
    const answer = await compliance.decide({ decision: 'APPROVE', items });
    expect([answer.status, answer.body.errors?.[0].pointer], answer.text).toEqual([422, '/items']);
  });
});

describe('by mail', () => {
  const mailTo = (role: string) => `${role.toLowerCase()}@${acme.slug}.example`;

  /** Delivers what the bus holds of the tenant's proposals, some times over, and returns the subjects of the mails to somebody. */
  async function toldOf(address: string, times = 1): Promise<ReadMail[]> {
    const proposed = aws.events
      .map(({ event }) => event)
      .filter(
        ({ 'detail-type': type, detail }) =>
          ['change.requested', 'upload.completed'].includes(type) && detail.tenant_id === acme.id,
      );
    for (let time = 0; time < times; time++) {
      const { batchItemFailures } = await announceChanges(
        { Records: proposed.map((event, index) => recordOf(event, 1, String(index))) },
        testContext(),
      );
      expect(batchItemFailures).toEqual([]);
      await drain(aws, 'announcements', announceChanges);
      await drain(aws, 'notices', postNotices);
    }
    return mailsTo(aws, address);
  }

  test('those are told, once, who may decide on a change, and nobody else', async () => {
    await database.admin.query(
      `insert into users (tenant_id, email, role, password_hash, status, made_by) values ($1, $2, 'COMPLIANCE', 'x', 'ACTIVE', $3)`,
      [acme.id, `puppet@${acme.slug}.example`, acme.as('ADMIN').actorId],
    );
    expect((await admin.setSettings(threshold('20000'))).status).toBe(202);
    const [mail, ...more] = await toldOf(mailTo('COMPLIANCE'), 3);
    expect(more).toEqual([]);
    expect(mail?.subject).toBe(`A change at ${acme.slug} at Vestry waits for a second person`);
    expect(mail?.text).toContain('A change of how payments are made at');
    expect(mail?.text).not.toMatch(/https?:|20000/);
    for (const other of ['ADMIN', 'OPS', 'EMPLOYEE', 'puppet'])
      expect(await toldOf(mailTo(other))).toEqual([]);
  });

  test('operators are told, once, of what a tenant without a second person leaves to them, and of nothing else', async () => {
    acme = await insertTestTenant(database.admin, 'ISSUER');
    await database.admin.query(
      `update users set status = 'DISABLED' where (tenant_id = $1 and role = 'COMPLIANCE') or role = 'OPERATOR'`,
      [acme.id],
    );
    const operator = await insertTestOperator(database.admin);
    await callersExist();
    const { rows } = await database.admin.query('select email from users where id = $1', [operator.actorId]);
    const body = { email: 'second@acme.example', role: 'COMPLIANCE', password: 'correct horse battery' };
    expect((await call(createUserHandler, createUser, { as: acme.as('ADMIN'), body })).status).toBe(202);
    const settings = await new Payments(acme.as('ADMIN')).setSettings(threshold('20000'));
    expect(settings.status).toBe(202);
    const mails = await toldOf(rows[0].email, 2);
    expect(mails.map(({ text }) => text)).toEqual([
      expect.stringContaining(`A new user of the tenant ${acme.slug} at`),
    ]);
    expect(await toldOf(mailTo('ADMIN'))).toEqual([]);
  });

  test('nobody is told of what was decided meanwhile', async () => {
    const asked = await admin.setSettings(threshold('20000'));
    await compliance.deny(asked.body.id, 'No.');
    expect(await toldOf(mailTo('COMPLIANCE'))).toEqual([]);
  });

  test('a payee is told, once, that an account was entered for them', async () => {
    const register = new Register(acme.as('OPS'));
    const email = `holder@${acme.slug}.example`;
    const told = await register.holder('10', { contact: { email } });
    const silent = await register.holder('10');
    for (const { id } of [told, silent])
      expect((await admin.proposeAccount(id, { account_number: '1234567890' })).status).toBe(202);
    const mails = await toldOf(email, 2);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.text).toContain('whose number ends in 7890');
    expect(mails[0]?.text).not.toMatch(/https?:|1234567890/);
    expect(await toldOf(mailTo('COMPLIANCE'))).toHaveLength(2);
  });

  test('the payees of a file are told, once each, that an account was entered for them', async () => {
    const files = new RegisterFiles(aws, acme.as('OPS'), 'accounts');
    const domain = `${acme.slug}.example`;
    // One more than a message tells.
    await database.admin.query(
      `insert into shareholders (tenant_id, external_ref, name, email)
       select $1, 'F' || i, 'F' || i, 'f' || i || '@' || $2::text from generate_series(1, 101) i`,
      [acme.id, domain],
    );
    const rows = Array.from({ length: 101 }, (_, at) => `F${at + 1},121042882,${55_000_000 + at},CHECKING,F`);
    const header = 'payee,routing_number,account_number,account_type,holder_name';
    const { id } = (await files.load([header, ...rows].join('\n'))).body;
    expect(await toldOf(`f1@${domain}`)).toEqual([]);
    const waiting = (await compliance.list({ state: 'PENDING', kind: 'bank-account-file' })).body.data;
    const { id: request } = waiting.find(({ subject }: { subject: { id: string } }) => subject.id === id);
    expect((await compliance.approve(request)).status).toBe(200);
    await files.process(id);
    const [mail, ...more] = await toldOf(`f1@${domain}`, 2);
    expect(more).toEqual([]);
    expect(mail?.text).toContain('whose number ends in 0000');
    expect(await toldOf(`f101@${domain}`)).toHaveLength(1);
  });

  test('an employee who is a user is told of theirs, by the address of that user', async () => {
    acme = await insertTestTenant(database.admin, 'SPONSOR');
    const employee = acme.as('EMPLOYEE', 'E-7');
    await callersExist();
    const enrolled = await call(enrollPlanHandler, enrollPlan, {
      as: acme.as('OPS'),
      body: { employee_id: 'E-7', plan_type: '401K' },
    });
    expect(enrolled.status, enrolled.text).toBe(201);
    const asked = await call(addParticipantAccount, createParticipantBankAccount, {
      as: acme.as('OPS'),
      params: { employee: 'E-7' },
      body: ACCOUNT,
    });
    expect(asked.status, asked.text).toBe(202);
    expect(employee.employeeId).toBe('E-7');
    expect(await toldOf(`employee.e-7@${acme.slug}.example`, 2)).toHaveLength(1);
  });
});
