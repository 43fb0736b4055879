import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { handler as acceleratePlanHandler } from '#functions/plans/accelerate-plan.ts';
import { handler as calculateVestingHandler } from '#functions/plans/calculate-vesting.ts';
import { handler as getPlanHandler } from '#functions/plans/get-plan.ts';
import { handler as getPlanVestingHandler } from '#functions/plans/get-plan-vesting.ts';
import { handler as grantSharesHandler } from '#functions/plans/grant-shares.ts';
import { handler as listForfeituresHandler } from '#functions/plans/list-forfeitures.ts';
import { handler as listPlansHandler } from '#functions/plans/list-plans.ts';
import { handler as recordEventHandler } from '#functions/plans/record-vesting-event.ts';
import { handler as reinstateHandler } from '#functions/plans/reinstate-plan.ts';
import { handler as reverseHandler } from '#functions/plans/reverse-contribution.ts';
import { handler as terminatePlanHandler } from '#functions/plans/terminate-plan.ts';
import { handler as useForfeituresHandler } from '#functions/plans/use-forfeitures.ts';
import { handler as withdrawHandler } from '#functions/plans/withdraw-acceleration.ts';
import { handler as reportHandler } from '#functions/reporting/get-vesting-report.ts';
import { addDays, DAY_MS, dayOf } from '#kernel/calendar.ts';
import { reverseContribution } from '#plans/contributions/contributions.routes.ts';
import { listForfeitures, useForfeitures } from '#plans/forfeitures/forfeitures.routes.ts';
import {
  acceleratePlan,
  grantShares,
  reinstatePlan,
  terminatePlan,
  withdrawAcceleration,
} from '#plans/plan-changes.routes.ts';
import { getPlan, getPlanVesting, listPlans } from '#plans/plans.routes.ts';
import { calculateVesting } from '#plans/vesting/vesting.routes.ts';
import { recordVestingEvent } from '#plans/vesting-events/vesting-events.routes.ts';
import { getVestingReport } from '#reporting/reports/ledger-reports.routes.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { contribute, enroll, problem } from '#tests/support/plans.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let globex: TestTenant;
let acme: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  globex = await insertTestTenant(database.admin, 'SPONSOR');
  acme = await insertTestTenant(database.admin, 'ISSUER');
});

afterAll(() => database.close());

const GRADED = { type: 'graded', cliff_months: 6, total_months: 30 };
const GRANT = { quantity: '1000', grant_date: '2025-01-15', vesting_start: '2025-01-15' };

const vestingOf = (planId: string, as_of: string) =>
  call(getPlanVestingHandler, getPlanVesting, {
    as: globex.as('ADMIN'),
    params: { id: planId },
    query: { as_of },
  });
const terminate = (planId: string, body: object = {}) =>
  call(terminatePlanHandler, terminatePlan, { as: globex.as('ADMIN'), params: { id: planId }, body });
const accelerate = (planId: string, body: object) =>
  call(acceleratePlanHandler, acceleratePlan, { as: globex.as('ADMIN'), params: { id: planId }, body });
const withdraw = (id: string, acceleration: string, version: number) =>
  call(withdrawHandler, withdrawAcceleration, {
    ...{ as: globex.as('OPS'), params: { id, acceleration } },
    headers: { 'If-Match': `"${version}"` },
  });
const give = (planId: string, body: object, sponsor = globex) =>
  call(grantSharesHandler, grantShares, { as: sponsor.as('OPS'), params: { id: planId }, body });

describe('a grant to a plan that was opened without', () => {
  const open = async (employee_id: string, change: object = {}): Promise<string> => {
    const { status, body } = await enroll(globex, { employee_id, plan_type: 'RSU', ...change });
    expect(status).toBe(201);
    return body.id;
  };

  test('vests as one at enrolment, and is the plan’s one', async () => {
    const id = await open('emp-later');
    expect((await accelerate(id, { full: true })).status).toBe(200);
    const granted = await give(id, { ...GRANT, vesting_schedule: GRADED });
    expect(granted).toMatchObject({
      status: 200,
      body: { grant: GRANT, vesting_schedule: GRADED, allocation_type: null, version: 3 },
    });
    expect(granted.header('etag')).toBe('"3"');
    const { body: atOnce } = await enroll(globex, {
      ...{ employee_id: 'emp-with', plan_type: 'RSU', grant: GRANT, vesting_schedule: GRADED },
    });
    expect(granted.body.vested_balance).toBe(atOnce.vested_balance);
    for (const day of ['2025-07-14', '2025-07-15', '2026-01-01', '2027-07-15']) {
      const [later, with_] = [await vestingOf(id, day), await vestingOf(atOnce.id, day)];
      expect({ ...later.body, plan_id: '' }).toEqual({ ...with_.body, plan_id: '' });
    }
    expect(await give(id, GRANT)).toMatchObject({ status: 409, body: problem('grant-exists') });
    const { rows } = await database.admin.query(
      `select payload from audit_log where action = 'plan.granted' and resource = $1`,
      [`plans/${id}`],
    );
    expect(rows).toMatchObject([{ payload: { quantity: '1000', grant_date: '2025-01-15' } }]);
  });

  test('by the schedule of the plan, unless it brings its own', async () => {
    const id = await open('emp-scheduled', { vesting_schedule: GRADED });
    const { quantity, grant_date } = GRANT;
    const { body } = await give(id, { quantity, grant_date, allocation_type: 'FRACTIONAL' });
    expect(body).toMatchObject({ grant: GRANT, vesting_schedule: GRADED, allocation_type: 'FRACTIONAL' });
  });

  test('of two at once, one is made', async () => {
    const id = await open('emp-granted-twice');
    const both = await Promise.all([give(id, GRANT), give(id, { ...GRANT, quantity: '2000' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('is refused where it is impossible', async () => {
    const money = await open('emp-saves', { plan_type: '401K' });
    const other = await insertTestTenant(database.admin, 'SPONSOR');
    const { body: funded } = await enroll(other, { employee_id: 'emp-funded', plan_type: 'RSU' });
    await contribute(other, funded.id, { amount: '1', source: 'EMPLOYER' });
    expect((await give(funded.id, GRANT)).status).toBe(404);
    for (const [id, sponsor] of [
      [money, globex],
      [funded.id, other],
    ] as const)
      expect(await give(id, GRANT, sponsor)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/quantity' }] },
      });
    const ended = await open('emp-ended');
    await terminate(ended);
    expect(await give(ended, GRANT)).toMatchObject({ status: 409, body: problem('plan-terminated') });
    const id = await open('emp-badly');
    for (const [change, pointer] of [
      [{ quantity: '0' }, '/quantity'],
      [{ grant_date: '2025-02-29' }, '/grant_date'],
      [{ vesting_schedule: { ...GRADED, cliff_months: 31 } }, '/vesting_schedule/cliff_months'],
      [{ employee_id: 'emp-1' }, '/employee_id'],
    ] as const)
      expect(await give(id, { ...GRANT, ...change })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
  });
});

describe('vesting of a grant', () => {
  const grant = async (employee_id: string, change: object = {}) =>
    (
      await enroll(globex, {
        employee_id,
        plan_type: 'RSU',
        grant: GRANT,
        vesting_schedule: GRADED,
        ...change,
      })
    ).body;

  test('by the schedule, with the reason of each event', async () => {
    const plan = await grant('emp-vest');
    for (const [day, vested] of [
      ['2025-07-14', '0'],
      ['2025-07-15', '200'],
      ['2025-08-15', '233'],
      ['2027-07-15', '1000'],
    ] as const)
      expect((await vestingOf(plan.id, day)).body).toMatchObject({
        unit: 'shares',
        vested,
        unvested: String(1000 - Number(vested)),
        forfeited: '0',
      });
    const { events } = (await vestingOf(plan.id, '2026-01-01')).body;
    expect(events[0]).toEqual({
      date: '2025-07-15',
      kind: 'VESTED',
      quantity: '200',
      cumulative: '200',
      why: 'cliff: 6 of 30 months accrued',
    });
    expect(events).toHaveLength(25);
  });

  test('without a schedule, all of it on its vesting start', async () => {
    const plan = await grant('emp-at-once', { vesting_schedule: undefined });
    expect(plan.vested_balance).toBe('1000');
    expect((await vestingOf(plan.id, '2025-01-14')).body.vested).toBe('0');
  });

  test('ends with termination: what has vested stays, the rest is forfeited', async () => {
    const plan = await grant('emp-leaves', { enrolled_on: '2025-01-15' });
    for (const [terminated_on, code] of [
      [addDays(dayOf(new Date()), 367), 422],
      ['2025-01-14', 422],
    ] as const)
      expect((await terminate(plan.id, { terminated_on })).status).toBe(code);
    const ended = await terminate(plan.id, { terminated_on: '2025-08-15' });
    expect(ended).toMatchObject({
      status: 200,
      body: { status: 'TERMINATED', vested_balance: '233', forfeited: '767', terminated_on: '2025-08-15' },
    });
    expect((await vestingOf(plan.id, '2027-07-15')).body).toMatchObject({
      vested: '233',
      unvested: '0',
      forfeited: '767',
    });
    expect(await terminate(plan.id)).toMatchObject({ status: 409, body: problem('plan-terminated') });
    expect(await accelerate(plan.id, { full: true })).toMatchObject({ status: 409 });
    expect((await enroll(globex, { employee_id: 'emp-leaves', plan_type: 'RSU' })).status).toBe(201);
  });

  test('is accelerated as planned, unless that is withdrawn; a full acceleration leaves nothing to later ones', async () => {
    const grant_date = addDays(dayOf(new Date()), -30);
    const young = { quantity: '1000', grant_date };
    const plan = await grant('emp-planned', { grant: young });
    const [near, far] = [addDays(dayOf(new Date()), 30), addDays(dayOf(new Date()), 300)];
    await accelerate(plan.id, { quantity: '600', date: far });
    const planned = await accelerate(plan.id, { quantity: '50', date: near });
    expect(planned.body.accelerations).toMatchObject([
      { date: far, quantity: '600' },
      { date: near, quantity: '50', order: 'SOONEST_FIRST' },
    ]);
    // An acceleration leaves room for those that are planned.
    expect((await accelerate(plan.id, { quantity: '500' })).status).toBe(422);
    const { id } = planned.body.accelerations[0];
    expect((await withdraw(plan.id, id, 1)).status).toBe(412);
    expect((await withdraw(plan.id, randomUUID(), 3)).status).toBe(404);
    expect(await withdraw(plan.id, id, 3)).toMatchObject({
      status: 200,
      body: { version: 4, accelerations: [{ date: near }] },
    });
    expect((await accelerate(plan.id, { quantity: '500' })).body.vested_balance).toBe('500');
    const all = await accelerate(plan.id, { full: true });
    expect(all).toMatchObject({ status: 200, body: { vested_balance: '1000' } });
    expect(all.body.accelerations).toMatchObject([{ quantity: '500' }, { quantity: null }]);
    expect((await accelerate(plan.id, { quantity: '1', date: far })).status).toBe(422);
  });

  test('may be older than the enrolment, and lies at most a year ahead', async () => {
    const dated = (grant_date: string, employee_id: string) =>
      enroll(globex, { employee_id, plan_type: 'RSU', grant: { quantity: '10', grant_date } });
    const latest = addDays(dayOf(new Date()), 366);
    expect((await dated('2020-01-01', 'emp-old-grant')).status).toBe(201);
    expect((await dated(latest, 'emp-next-grant')).status).toBe(201);
    expect(await dated(addDays(latest, 1), 'emp-far-grant')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/grant/grant_date', code: 'in-future' }] },
    });
    const { body: open } = await enroll(globex, { employee_id: 'emp-later-grant', plan_type: 'RSU' });
    expect((await give(open.id, { quantity: '10', grant_date: addDays(latest, 1) })).status).toBe(422);
  });

  test('is accelerated in part or in full, never beyond what is unvested', async () => {
    const plan = await grant('emp-fast', { enrolled_on: '2025-01-15' });
    expect(await accelerate(plan.id, { quantity: '801', date: '2025-07-15' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/quantity', code: 'more-than-unvested' }] },
    });
    const some = await accelerate(plan.id, { quantity: '100', order: 'LAST_FIRST', date: '2025-07-15' });
    expect(some).toMatchObject({ status: 200, body: { version: 2 } });
    expect((await vestingOf(plan.id, '2025-07-15')).body.vested).toBe('300');
    const all = await accelerate(plan.id, { full: true });
    expect(all.body).toMatchObject({ vested_balance: '1000', version: 3 });
    const due = some.body.accelerations[0];
    expect(due).toMatchObject({ date: '2025-07-15', quantity: '100', order: 'LAST_FIRST' });
    expect(await withdraw(plan.id, due.id, 3)).toMatchObject({
      status: 409,
      body: problem('acceleration-vested'),
    });
    for (const body of [
      {},
      { full: true, quantity: '1' },
      { full: true, order: 'PRO_RATA' },
      { full: false },
    ])
      expect((await accelerate(plan.id, body)).status).toBe(422);
  });
});

describe('a grant that vests by time and an event', () => {
  const ON_IPO = { ...GRADED, condition: { type: 'event', event: 'IPO' } };
  const record = (sponsor: TestTenant, body: object) =>
    call(recordEventHandler, recordVestingEvent, {
      ...{ as: sponsor.as('OPS'), body, headers: { 'Idempotency-Key': randomUUID() } },
    });
  const planOf = async (sponsor: TestTenant, id: string) =>
    (await call(getPlanHandler, getPlan, { as: sponsor.as('ADMIN'), params: { id } })).body;
  const stateOf = async (sponsor: TestTenant, id: string, as_of: string) => {
    const request = { as: sponsor.as('ADMIN'), params: { id }, query: { as_of } };
    const { vested, awaiting_event, unvested, forfeited } = (
      await call(getPlanVestingHandler, getPlanVesting, request)
    ).body;
    return [vested, awaiting_event, unvested, forfeited];
  };
  const open = async (sponsor: TestTenant, employee_id: string, change: object = {}) => {
    const order = { employee_id, plan_type: 'RSU', grant: GRANT, enrolled_on: '2025-01-15' };
    const answer = await enroll(sponsor, { ...order, vesting_schedule: ON_IPO, ...change });
    expect(answer.status, answer.text).toBe(201);
    return answer.body;
  };

  test('vests nothing before it, and then what time has vested, once two people say that it has happened', async () => {
    const sponsor = await insertTestTenant(database.admin, 'SPONSOR');
    const elsewhere = await open(globex, 'emp-other-ipo');
    const byTime = (await open(sponsor, 'emp-time', { vesting_schedule: GRADED })).vested_balance;
    const plan = await open(sponsor, 'emp-double');
    expect(plan).toMatchObject({ vested_balance: '0', awaiting_event: byTime, event_on: null });
    expect(await stateOf(sponsor, plan.id, '2025-08-15')).toEqual(['0', '233', '767', '0']);
    const leaver = await open(sponsor, 'emp-double-left');
    const end = { as: sponsor.as('ADMIN'), params: { id: leaver.id }, body: { terminated_on: '2025-08-15' } };
    expect((await call(terminatePlanHandler, terminatePlan, end)).body).toMatchObject({
      ...{ status: 'TERMINATED', vested_balance: '0', awaiting_event: '233', forfeited: '767' },
    });

    const today = dayOf(new Date());
    for (const [body, pointer] of [
      [{ event: 'IPOO', occurred_on: '2025-09-01' }, '/event'],
      [{ event: 'ipo', occurred_on: '2025-09-01' }, '/event'],
      [{ event: 'IPO', occurred_on: addDays(today, 2) }, '/occurred_on'],
    ] as const)
      expect(await record(sponsor, body)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    const ipo = { event: 'IPO', occurred_on: '2025-09-01' };
    const waiting = await record(sponsor, ipo);
    expect(waiting).toMatchObject({
      status: 202,
      body: { kind: 'vesting-event', before: { plans: 2 }, after: ipo },
    });
    expect((await new Approvals(sponsor.as('OPS')).approve(waiting.body.id)).status).toBe(403);
    expect(await planOf(sponsor, plan.id)).toMatchObject({ vested_balance: '0', awaiting_event: byTime });
    // Grants that are made while it is recorded wait for it no longer than the others.
    const [, ...made] = await Promise.all([
      approved(sponsor, waiting),
      ...['a', 'b', 'c'].map((name) => open(sponsor, `emp-meanwhile-${name}`)),
    ]);
    const { body: bare } = await enroll(sponsor, { employee_id: 'emp-granted', plan_type: 'RSU' });
    expect((await give(bare.id, { ...GRANT, vesting_schedule: ON_IPO }, sponsor)).status).toBe(200);
    for (const { id } of [plan, ...made, bare]) {
      expect(await planOf(sponsor, id)).toMatchObject({
        ...{ vested_balance: byTime, awaiting_event: '0', event_on: '2025-09-01' },
      });
      expect(await stateOf(sponsor, id, '2025-08-31')).toEqual(['0', '233', '767', '0']);
      expect(await stateOf(sponsor, id, '2025-09-01')).toEqual(['233', '0', '767', '0']);
      expect(await stateOf(sponsor, id, '2025-09-15')).toEqual(['266', '0', '734', '0']);
    }
    expect(await stateOf(sponsor, leaver.id, '2025-08-31')).toEqual(['0', '233', '0', '767']);
    expect(await stateOf(sponsor, leaver.id, '2025-09-01')).toEqual(['233', '0', '0', '767']);
    expect(await record(sponsor, ipo)).toMatchObject({
      status: 409,
      body: problem('vesting-event-recorded'),
    });
    // The day was wrong, and then it had not happened at all.
    const replaces = '2025-09-01';
    const later = '2025-10-15';
    for (const [body, pointer] of [
      [{ ...ipo, replaces: later }, '/replaces'],
      [{ ...ipo, replaces }, '/occurred_on'],
    ] as const)
      expect(await record(sponsor, body)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    const [stale, right] = [
      await record(sponsor, { event: 'IPO', occurred_on: later, replaces }),
      await record(sponsor, { event: 'IPO', occurred_on: null, replaces }),
    ];
    expect(right).toMatchObject({ status: 409, body: problem('change-pending') });
    await approved(sponsor, stale);
    expect(await stateOf(sponsor, plan.id, '2025-09-30')).toEqual(['0', '266', '734', '0']);
    expect(await stateOf(sponsor, plan.id, later)).toEqual(['300', '0', '700', '0']);
    expect(await planOf(sponsor, plan.id)).toMatchObject({ vested_balance: byTime, event_on: later });
    expect(await planOf(sponsor, leaver.id)).toMatchObject({ vested_balance: '233', awaiting_event: '0' });
    await approved(sponsor, await record(sponsor, { event: 'IPO', occurred_on: null, replaces: later }));
    expect(await planOf(sponsor, plan.id)).toMatchObject({ vested_balance: '0', awaiting_event: byTime });
    expect(await planOf(sponsor, leaver.id)).toMatchObject({ vested_balance: '0', awaiting_event: '233' });
    await approved(sponsor, await record(sponsor, ipo));
    const report = await call(reportHandler, getVestingReport, {
      as: sponsor.as('ADMIN'),
      query: { period: '2025-09' },
    });
    expect(report.body.data.find(({ plan_id }: { plan_id: string }) => plan_id === plan.id)).toMatchObject({
      ...{ vested_before: '0', vested_in_period: '266', vested_after: '266' },
    });
    expect(await planOf(globex, elsewhere.id)).toMatchObject({ vested_balance: '0', event_on: null });
  });

  test('is for shares', async () => {
    const order = { employee_id: 'emp-money-event', plan_type: '401K', vesting_schedule: ON_IPO };
    expect(await enroll(globex, order)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/vesting_schedule' }] },
    });
    expect((await enroll(globex, { ...order, plan_type: 'RSU' })).status).toBe(422);
  });
});

describe('the end of a money plan', () => {
  let employees = 0;
  const open = async (change: object = {}, employer = '100.00') => {
    employees += 1;
    const employee_id = `emp-money-${employees}`;
    const order = { employee_id, plan_type: '401K', enrolled_on: '2025-01-15', vesting_schedule: GRADED };
    const { body } = await enroll(globex, { ...order, ...change });
    for (const [source, amount] of [
      ['EMPLOYEE', '100.00'],
      ['EMPLOYER', employer],
    ] as const)
      expect((await put(body.id, { amount, source, effective_date: '2025-02-01' })).status).toBe(201);
    return { id: body.id as string, employee_id };
  };
  const put = (id: string, body: object) => contribute(globex, id, body);
  const planOf = async (id: string) =>
    (await call(getPlanHandler, getPlan, { as: globex.as('ADMIN'), params: { id } })).body;
  const ended = async (employer?: string) => {
    const plan = await open({}, employer);
    expect((await terminate(plan.id, { terminated_on: '2025-08-15' })).status).toBe(200);
    return plan;
  };
  const versioned = async (id: string, version?: number) => ({
    'If-Match': `"${version ?? (await planOf(id)).version}"`,
  });
  const correct = async (id: string, terminated_on: string, version?: number) =>
    call(terminatePlanHandler, terminatePlan, {
      ...{ as: globex.as('ADMIN'), params: { id }, body: { terminated_on } },
      headers: await versioned(id, version),
    });
  const reinstate = async (id: string, body: object = {}, version?: number) =>
    call(reinstateHandler, reinstatePlan, {
      ...{ as: globex.as('ADMIN'), params: { id }, body },
      headers: await versioned(id, version),
    });
  /** A distribution that has reached its payee. */
  const distribute = async (id: string, amount: bigint) => {
    const client = await database.admin.connect();
    await client.query(`select set_config('app.tenant_id', $1, false)`, [globex.id]);
    const { rows } = await client.query(
      `insert into transactions (type, amount, currency, plan_id) values ('DISBURSE', $1, 'USD', $2) returning id`,
      [amount, id],
    );
    for (const status of ['SENT', 'SETTLED'])
      await client.query('update transactions set status = $2, version = version + 1 where id = $1', [
        rows[0].id,
        status,
      ]);
    client.release(true);
  };
  /** Plan assets are what is owed to employees, and what they have forfeited. */
  const books = async (): Promise<Record<string, bigint>> => {
    const { rows } = await database.admin.query(
      `select a.account, sum(case when a.account = j.debit_account then amount else -amount end)::bigint as balance
       from journal j cross join lateral (values (j.debit_account), (j.credit_account)) as a (account) where tenant_id = $1 group by 1`,
      [globex.id],
    );
    return Object.fromEntries(rows.map(({ account, balance }) => [account, balance]));
  };
  afterEach(async () => {
    const { PLAN_ASSETS = 0n, PLAN_OBLIGATIONS = 0n, FORFEITURES = 0n } = await books();
    expect(PLAN_ASSETS + PLAN_OBLIGATIONS + FORFEITURES).toBe(0n);
    const { rows } = await database.admin.query(
      `select (select coalesce(sum(balance), 0)::bigint from plans where tenant_id = $1) as owed,
         (select coalesce(sum(balance), 0)::bigint from forfeiture_accounts where tenant_id = $1) as forfeited`,
      [globex.id],
    );
    expect({ owed: -PLAN_OBLIGATIONS, forfeited: -FORFEITURES }).toEqual(rows[0]);
  });

  test('is held, and forfeits nothing: the money stays in the plan', async () => {
    const { id } = await ended();
    expect((await accelerate(id, { quantity: '1' })).status).toBe(409);
    expect((await vestingOf(id, '2025-08-15')).body).toMatchObject({
      ...{ unit: 'USD', vested: '123.33', unvested: '76.67', forfeited: '0.00' },
    });
    expect((await vestingOf(id, '2025-01-31')).body.vested).toBe('0.00');
    expect((await vestingOf(id, '2027-07-15')).body).toMatchObject({ vested: '123.33', unvested: '76.67' });
    expect(await planOf(id)).toMatchObject({
      ...{ status: 'TERMINATED', balance: '200.00', vested_balance: '123.33', available: '123.33' },
      ...{ forfeitable: '76.67', forfeited: '0.00' },
    });
  });

  test('takes final pay for 75 days, and reversals for ever', async () => {
    const { id } = await ended();
    const last = await put(id, { amount: '30.00', source: 'EMPLOYER', effective_date: '2025-10-29' });
    expect(last).toMatchObject({ status: 201, body: { balance_after: '230.00' } });
    expect(await planOf(id)).toMatchObject({ balance: '230.00', available: '130.33', forfeitable: '99.67' });
    expect(await put(id, { amount: '1', effective_date: '2025-10-30' })).toMatchObject({
      status: 409,
      body: problem('plan-terminated'),
    });
    const taken = await call(reverseHandler, reverseContribution, {
      ...{ as: globex.as('OPS'), params: { id, contribution_id: last.body.id } },
    });
    expect(taken.status).toBe(201);
    expect(await planOf(id)).toMatchObject({ balance: '200.00', available: '123.33', forfeitable: '76.67' });
  });

  test('goes to the forfeiture account with the last distribution, and pays the employer’s next contributions', async () => {
    const { id } = await ended();
    await distribute(id, 12_000n);
    expect(await planOf(id)).toMatchObject({ balance: '80.00', available: '3.33', forfeitable: '76.67' });
    await distribute(id, 333n);
    expect(await planOf(id)).toMatchObject({ balance: '0.00', forfeitable: '0.00', forfeited: '76.67' });
    const today = dayOf(new Date());
    expect((await vestingOf(id, today)).body).toMatchObject({ unvested: '0.00', forfeited: '76.67' });
    expect((await vestingOf(id, '2025-08-15')).body).toMatchObject({ unvested: '76.67', forfeited: '0.00' });
    const list = () => call(listForfeituresHandler, listForfeitures, { as: globex.as('COMPLIANCE') });
    expect((await list()).body.data).toMatchObject([
      { kind: 'FORFEITED', plan_id: id, plan_type: '401K', amount: '76.67', balance_after: '76.67' },
    ]);
    const use = (amount: string, key: string = randomUUID()) =>
      call(useForfeituresHandler, useForfeitures, {
        ...{ as: globex.as('OPS'), body: { plan_type: '401K', amount, pay_date: '2026-02-27' } },
        headers: { 'Idempotency-Key': key },
      });
    expect(await use('10.00')).toMatchObject({ status: 422, body: problem('forfeitures-exceeded') });
    const other = await open();
    await put(other.id, { amount: '50.00', source: 'EMPLOYER', effective_date: '2026-02-27' });
    await put(other.id, { amount: '500.00', effective_date: '2026-02-27' });
    const both = await Promise.all([use('30.00'), use('30.00')]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 422]);
    expect(both.find(({ status }) => status === 201)?.body).toMatchObject({
      ...{ kind: 'USED', amount: '-30.00', balance_after: '46.67', plan_id: null, pay_date: '2026-02-27' },
    });
    const key = randomUUID();
    expect((await use('20.00', key)).status).toBe(201);
    expect((await use('20.00', key)).header('idempotency-replayed')).toBe('true');
    expect((await list()).body.data.at(-1)).toMatchObject({ amount: '-20.00', balance_after: '26.67' });
    // The end was wrong, and what it forfeited is used in part.
    expect(await reinstate(id)).toMatchObject({ status: 422, body: problem('forfeitures-exceeded') });
    expect(await reinstate(id, { rehired_on: today })).toMatchObject({
      status: 409,
      body: problem('plan-terminated'),
    });
  });

  test('is withdrawn: what it held goes on vesting, what it forfeited comes back', async () => {
    const { id } = await ended();
    expect((await reinstate(id, {}, 1)).status).toBe(412);
    const again = await reinstate(id);
    expect(again).toMatchObject({
      status: 200,
      body: { status: 'ACTIVE', terminated_on: null, forfeitable: '0.00' },
    });
    expect(await reinstate(id)).toMatchObject({ status: 409, body: problem('plan-not-terminated') });
    expect((await vestingOf(id, '2025-12-15')).body.vested).toBe('136.66');
    await terminate(id, { terminated_on: '2025-08-15' });
    await distribute(id, 12_333n);
    expect(await planOf(id)).toMatchObject({ balance: '0.00', forfeited: '76.67' });
    expect((await reinstate(id)).body).toMatchObject({
      balance: '76.67',
      forfeited: '0.00',
      status: 'ACTIVE',
    });
  });

  test('is corrected by whoever has read it; an earlier day can’t take back what was paid', async () => {
    const { id } = await ended();
    expect(await terminate(id, { terminated_on: '2025-09-15' })).toMatchObject({
      status: 409,
      body: problem('plan-terminated'),
    });
    expect((await correct(id, '2025-09-15', 1)).status).toBe(412);
    expect((await correct(id, '2025-08-15')).status).toBe(409);
    expect((await correct(id, '2025-09-15')).body).toMatchObject({
      ...{ terminated_on: '2025-09-15', vested_balance: '126.66', forfeitable: '73.34' },
    });
    await distribute(id, 12_666n);
    expect(await planOf(id)).toMatchObject({ balance: '0.00', forfeited: '73.34' });
    expect(await correct(id, '2025-08-15')).toMatchObject({
      status: 422,
      body: problem('vested-balance-exceeded'),
    });
    expect((await correct(id, '2025-12-15')).body).toMatchObject({
      ...{ balance: '10.00', available: '10.00', forfeitable: '0.00', forfeited: '63.34' },
    });
  });

  test('can lie ahead: the plan is active until its last day is over', async () => {
    const { id, employee_id } = await open({ vesting_schedule: { type: 'cliff', cliff_months: 600 } });
    const last = addDays(dayOf(new Date()), 30);
    expect((await terminate(id, { terminated_on: last })).body).toMatchObject({
      ...{ status: 'ACTIVE', terminated_on: last, forfeitable: '0.00', balance: '200.00' },
    });
    expect(await accelerate(id, { full: true, date: addDays(last, 1) })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/date', code: 'after-termination' }] },
    });
    const order = { employee_id, plan_type: '401K' };
    expect(await enroll(globex, order)).toMatchObject({ status: 409, body: problem('plan-exists') });
    const ahead = await put(id, { amount: '40.00', source: 'EMPLOYER', effective_date: last });
    expect(ahead.status).toBe(201);
    process.env.VESTRY_CLOCK_AHEAD_MS = String(30 * DAY_MS);
    try {
      expect(await planOf(id)).toMatchObject({
        status: 'TERMINATED',
        balance: '240.00',
        forfeitable: '140.00',
      });
      const listed = await call(listPlansHandler, listPlans, {
        as: globex.as('ADMIN'),
        query: { employee_id, status: 'TERMINATED' },
      });
      expect(listed.body.data).toMatchObject([{ id }]);
      expect(await accelerate(id, { full: true })).toMatchObject({ status: 409 });
      expect((await enroll(globex, order)).status).toBe(201);
    } finally {
      delete process.env.VESTRY_CLOCK_AHEAD_MS;
    }
  });

  test.each([
    ['of less than a year counts as service', '2026-08-01', '2026-09-15', '166.66'],
    ['of a year or more does not', '2026-08-15', '2026-09-15', '126.66'],
  ])('is followed by a rehire: an absence %s', async (_, rehired_on, day, vested) => {
    const { id } = await ended();
    for (const wrong of ['2025-08-15', addDays(dayOf(new Date()), 1)])
      expect(await reinstate(id, { rehired_on: wrong })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/rehired_on' }] },
      });
    const back = await reinstate(id, { rehired_on });
    expect(back).toMatchObject({ status: 200, body: { status: 'ACTIVE', rehired_on, forfeitable: '0.00' } });
    expect((await vestingOf(id, '2025-08-15')).body.vested).toBe('123.33');
    const after = (await vestingOf(id, day)).body;
    expect(after).toMatchObject({ vested, forfeited: '0.00' });
    expect(after.events.findLast((event: { date: string }) => event.date <= day).cumulative).toBe(
      (Number(vested) - 100).toFixed(2),
    );
    expect((await terminate(id, { terminated_on: rehired_on })).status).toBe(200);
  });

  test('is no rehire of a grant, whose unvested shares are gone; a wrong end gives them back', async () => {
    const { body } = await enroll(globex, {
      ...{
        employee_id: 'emp-shares-back',
        plan_type: 'RSU',
        grant: GRANT,
        vesting_schedule: GRADED,
        enrolled_on: '2025-01-15',
      },
    });
    expect((await terminate(body.id, { terminated_on: '2025-08-15' })).body.forfeited).toBe('767');
    expect((await reinstate(body.id, { rehired_on: '2025-08-16' })).status).toBe(422);
    expect((await reinstate(body.id)).body).toMatchObject({ status: 'ACTIVE', forfeited: '0' });
  });
});

test('a what-if needs no plan and stores nothing', async () => {
  const ask = (body: object) =>
    call(calculateVestingHandler, calculateVesting, { as: acme.as('EMPLOYEE'), body });
  const answer = await ask({
    quantity: 1000,
    vesting_start: '2025-01-15',
    schedule: GRADED,
    as_of: '2025-08-15',
  });
  expect(answer).toMatchObject({
    status: 200,
    body: { as_of: '2025-08-15', vested: '233', unvested: '767' },
  });
  expect(answer.body.events).toHaveLength(25);
  expect((await ask({ quantity: '0', vesting_start: '2025-01-15', schedule: GRADED })).status).toBe(422);
  expect((await ask({ quantity: '1', vesting_start: '2025-02-30', schedule: GRADED })).status).toBe(422);
});
