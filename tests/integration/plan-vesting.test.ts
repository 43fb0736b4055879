import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { handler as acceleratePlanHandler } from '#functions/plans/accelerate-plan.ts';
import { handler as calculateVestingHandler } from '#functions/plans/calculate-vesting.ts';
import { handler as cancelGrantHandler } from '#functions/plans/cancel-grant.ts';
import { handler as createGrantHandler } from '#functions/plans/create-grant.ts';
import { handler as explainHandler } from '#functions/plans/explain-plan.ts';
import { handler as getPlanHandler } from '#functions/plans/get-plan.ts';
import { handler as getPlanVestingHandler } from '#functions/plans/get-plan-vesting.ts';
import { handler as grantSharesHandler } from '#functions/plans/grant-shares.ts';
import { handler as listForfeituresHandler } from '#functions/plans/list-forfeitures.ts';
import { handler as listGrantsHandler } from '#functions/plans/list-grants.ts';
import { handler as listPlansHandler } from '#functions/plans/list-plans.ts';
import { handler as listEventsHandler } from '#functions/plans/list-vesting-events.ts';
import { handler as proposePartialHandler } from '#functions/plans/propose-partial-termination.ts';
import { handler as recordEventHandler } from '#functions/plans/record-vesting-event.ts';
import { handler as reinstateHandler } from '#functions/plans/reinstate-plan.ts';
import { handler as reverseHandler } from '#functions/plans/reverse-contribution.ts';
import { handler as reverseUseHandler } from '#functions/plans/reverse-forfeiture-use.ts';
import { handler as setParticipantHandler } from '#functions/plans/set-participant.ts';
import { handler as terminatePlanHandler } from '#functions/plans/terminate-plan.ts';
import { handler as useForfeituresHandler } from '#functions/plans/use-forfeitures.ts';
import { handler as withdrawHandler } from '#functions/plans/withdraw-acceleration.ts';
import { handler as reportHandler } from '#functions/reporting/get-vesting-report.ts';
import { addDays, DAY_MS, dayOf } from '#kernel/calendar.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import { reverseContribution } from '#plans/contributions/contributions.routes.ts';
import { explainPlan } from '#plans/explain/explain.routes.ts';
import {
  listForfeitures,
  reverseForfeitureUse,
  useForfeitures,
} from '#plans/forfeitures/forfeitures.routes.ts';
import { cancelGrant } from '#plans/grants/cancel-grant.routes.ts';
import { createGrant } from '#plans/grants/create-grant.routes.ts';
import { grantShares } from '#plans/grants/first-grant.routes.ts';
import { listGrants } from '#plans/grants/grants.routes.ts';
import { proposePartialTermination } from '#plans/partial-terminations/partial-terminations.routes.ts';
import { setParticipant } from '#plans/participants/participants.routes.ts';
import { acceleratePlan, withdrawAcceleration } from '#plans/plan-changes.routes.ts';
import { reinstatePlan, terminatePlan } from '#plans/plan-end.routes.ts';
import { getPlanVesting } from '#plans/plan-vesting.routes.ts';
import { getPlan, listPlans } from '#plans/plans.routes.ts';
import { calculateVesting } from '#plans/vesting/vesting.routes.ts';
import { listVestingEvents, recordVestingEvent } from '#plans/vesting-events/vesting-events.routes.ts';
import { computeVesting } from '#plans/vesting-runs/compute-vesting.ts';
import { scheduleVesting } from '#plans/vesting-runs/schedule-vesting.ts';
import type { VestingChunk } from '#plans/vesting-runs/vesting-chunk.ts';
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
/** Expects the explanation of a plan on a day to have the numbers of the other answers, and each to be the sum of its entries. */
const expectExplained = async (sponsor: TestTenant, id: string, as_of: string) => {
  const at = { as: sponsor.as('COMPLIANCE'), params: { id } };
  const answer = await call(explainHandler, explainPlan, { ...at, query: { as_of } });
  expect(answer.status, answer.text).toBe(200);
  const { balance, vested, available } = answer.body;
  const sum = (entries: { amount: string }[]) =>
    entries.reduce((total, { amount }) => total + toUnits(amount), 0n);
  const { body: vesting } = await call(getPlanVestingHandler, getPlanVesting, { ...at, query: { as_of } });
  expect([vested.unit, vested.amount], as_of).toEqual([vesting.unit, vesting.vested]);
  expect(sum(vested.entries), as_of).toBe(toUnits(vested.amount));
  expect(sum([balance.earlier, ...balance.entries]), as_of).toBe(toUnits(balance.amount));
  expect(vested.rules.length).toBe(Math.max(1, vesting.grants.length));
  const { body: plan } = await call(getPlanHandler, getPlan, at);
  if (as_of !== dayOf(new Date())) return answer.body;
  expect([balance.amount, available]).toEqual([plan.balance, plan.available]);
  return answer.body;
};
const toUnits = (amount: string) => (amount.startsWith('-') ? -unitsOf(amount.slice(1)) : unitsOf(amount));
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
      expect({ ...later.body, plan_id: '', grants: [] }).toEqual({ ...with_.body, plan_id: '', grants: [] });
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
    const { body: funded } = await enroll(other, { employee_id: 'emp-funded', plan_type: 'ESOP' });
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
    const events = () =>
      call(listEventsHandler, listVestingEvents, { as: sponsor.as('COMPLIANCE') }).then(
        ({ body }) => body.data,
      );
    const awaiting = quantityOf(unitsOf(byTime) + unitsOf('233'));
    expect(await events()).toEqual([{ event: 'IPO', occurred_on: null, plans: 2, awaiting_event: awaiting }]);
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
    expect(await events()).toMatchObject([{ occurred_on: '2025-09-01', awaiting_event: '0' }]);
    const reported = async (period: string) => {
      const query = { as: sponsor.as('ADMIN'), query: { period } };
      const { body } = await call(reportHandler, getVestingReport, query);
      return body.data.find(({ plan_id }: { plan_id: string }) => plan_id === plan.id);
    };
    expect(await reported('2025-08')).toMatchObject({ vested_after: '0', awaiting_event: '233' });
    expect(await reported('2025-09')).toMatchObject({
      ...{ vested_before: '0', vested_in_period: '266', vested_after: '266', awaiting_event: '0' },
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

describe('several grants of a plan', () => {
  const today = dayOf(new Date());
  const THIRDS = ['1/3', '1/3', '1/3'].map((fraction, year) => ({ after_months: 12 * (year + 1), fraction }));
  const ON_SALE = { ...GRADED, condition: { type: 'event', event: 'SALE' } };
  /** Grants of every kind, which add up to one plan. */
  const TERMS: Record<string, object> = {
    graded: { ...GRANT, vesting_schedule: GRADED },
    refresh: {
      quantity: '480',
      grant_date: '2025-09-15',
      vesting_schedule: { type: 'graded', total_months: 48, every_months: 3 },
    },
    'thirds, backdated': {
      ...{ quantity: '30000', grant_date: '2025-03-01', vesting_start: '2024-01-31' },
      vesting_schedule: { type: 'tranches', tranches: THIRDS },
    },
    'fractions of shares': {
      ...{ quantity: '100.5', grant_date: '2025-01-15', allocation_type: 'FRACTIONAL' },
      vesting_schedule: { type: 'graded', total_months: 7 },
    },
    cliff: { quantity: '7', grant_date: '2024-12-31', vesting_schedule: { type: 'cliff', cliff_months: 14 } },
    'awaiting a sale': { quantity: '300', grant_date: '2025-01-15', vesting_schedule: ON_SALE },
    ahead: { quantity: '50', grant_date: addDays(today, 60), vesting_schedule: GRADED },
  };
  const DAYS = [
    '2024-12-31',
    '2025-01-15',
    '2025-07-15',
    '2025-09-15',
    '2026-01-31',
    '2026-02-28',
    today,
    addDays(today, 90),
    '2029-09-15',
  ];

  let employees = 0;
  let sponsor: TestTenant;
  beforeAll(async () => {
    sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  });
  const open = async (change: object = {}) => {
    employees += 1;
    const order = { employee_id: `emp-several-${employees}`, plan_type: 'RSU', enrolled_on: '2025-01-15' };
    const { status, body, text } = await enroll(sponsor, { ...order, ...change });
    expect(status, text).toBe(201);
    return body;
  };
  const add = (id: string, body: object, headers: Record<string, string> = {}) =>
    call(createGrantHandler, createGrant, {
      ...{ as: sponsor.as('OPS'), params: { id }, body },
      headers: { 'Idempotency-Key': randomUUID(), ...headers },
    });
  const added = async (id: string, ...terms: object[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const one of terms) {
      const { status, body, text } = await add(id, one);
      expect(status, text).toBe(201);
      ids.push(body.id);
    }
    return ids;
  };
  const listed = async (id: string, as = sponsor.as('COMPLIANCE')) =>
    (await call(listGrantsHandler, listGrants, { as, params: { id } })).body.data;
  const as = () => ({ as: sponsor.as('ADMIN') });
  const planOf = async (id: string) =>
    (await call(getPlanHandler, getPlan, { ...as(), params: { id } })).body;
  const stateOf = async (id: string, as_of: string) =>
    (await call(getPlanVestingHandler, getPlanVesting, { ...as(), params: { id }, query: { as_of } })).body;
  const end = (id: string, terminated_on: string) =>
    call(terminatePlanHandler, terminatePlan, { ...as(), params: { id }, body: { terminated_on } });
  const speed = (id: string, body: object) =>
    call(acceleratePlanHandler, acceleratePlan, { ...as(), params: { id }, body });
  const cancel = async (id: string, grant_id: string, body: object, version?: number) =>
    call(cancelGrantHandler, cancelGrant, {
      ...{ ...as(), params: { id, grant_id }, body },
      headers: { 'If-Match': `"${version ?? (await planOf(id)).version}"` },
    });
  const withdrawOf = async (id: string, acceleration: string) =>
    call(withdrawHandler, withdrawAcceleration, {
      ...{ ...as(), params: { id, acceleration } },
      headers: { 'If-Match': `"${(await planOf(id)).version}"` },
    });
  const SHARES = ['vested', 'awaiting_event', 'unvested', 'forfeited'] as const;
  const partsOf = (answer: Record<string, string>) => SHARES.map((part) => unitsOf(answer[part] ?? ''));
  const sumOf = (parts: bigint[][]) =>
    SHARES.map((_, at) => parts.reduce((sum, one) => sum + (one[at] ?? 0n), 0n));
  const reportOf = async (id: string, period: string) => {
    const answer = await call(reportHandler, getVestingReport, { ...as(), query: { period, limit: '200' } });
    const row = answer.body.data.find(({ plan_id }: { plan_id: string }) => plan_id === id);
    return ['vested_before', 'vested_in_period', 'vested_after'].map((part) => unitsOf(row[part]));
  };

  /** Expects every answer about a plan, on every day, to be the sum of those about plans that have one of its grants each. */
  const addUp = async (whole: string, parts: readonly string[]) => {
    for (const day of DAYS) {
      const state = await stateOf(whole, day);
      await expectExplained(sponsor, whole, day);
      const apart = await Promise.all(parts.map((id) => stateOf(id, day)));
      expect(partsOf(state), day).toEqual(sumOf(apart.map(partsOf)));
      expect(state.grants.map(partsOf), day).toEqual(apart.map(partsOf));
      const before = state.events.findLast((event: { date: string }) => event.date <= day);
      expect(before?.cumulative ?? '0', day).toBe(state.vested);
    }
    const [plan, ...plans] = await Promise.all([whole, ...parts].map(planOf));
    const stands = ({ vested_balance, awaiting_event, forfeited, granted }: Record<string, string>) =>
      [vested_balance, awaiting_event, forfeited, granted].map((part) => unitsOf(part ?? ''));
    const sums = plans.map(stands);
    expect(stands(plan)).toEqual(
      [0, 1, 2, 3].map((at) => sums.reduce((sum, one) => sum + (one[at] ?? 0n), 0n)),
    );
    const grants = await listed(whole);
    expect(grants.map(partsOf)).toEqual(
      (await Promise.all(parts.map((id) => listed(id)))).map(([one]) => partsOf(one)),
    );
    for (const period of ['2025-07', '2025-Q3', '2026']) {
      const apart = await Promise.all(parts.map((id) => reportOf(id, period)));
      expect(await reportOf(whole, period)).toEqual(
        [0, 1, 2].map((at) => apart.reduce((sum, one) => sum + (one[at] ?? 0n), 0n)),
      );
    }
  };
  const split = async () => {
    const whole = (await open()).id;
    await added(whole, ...Object.values(TERMS));
    const parts = [];
    for (const terms of Object.values(TERMS)) {
      const { id } = await open();
      await added(id, terms);
      parts.push(id);
    }
    return { whole, parts };
  };

  test('each vests by its own schedule, and every answer about the plan is their sum', async () => {
    const { whole, parts } = await split();
    await addUp(whole, parts);
    const plan = await planOf(whole);
    expect(plan).toMatchObject({
      grant: GRANT,
      vesting_schedule: GRADED,
      event_on: null,
      granted: '31937.5',
    });
    const [first] = await listed(whole);
    expect(first).toMatchObject({
      ...GRANT,
      plan_id: whole,
      vesting_schedule: GRADED,
      version: plan.version,
    });
    // The job, from whatever the plans had before.
    await database.admin.query(
      `update grants set vested_quantity = 0, awaiting_quantity = 0 where tenant_id = $1`,
      [sponsor.id],
    );
    await database.admin.query(
      `update plans set vested_as_of = '2025-01-31', vested_quantity = 0, awaiting_quantity = 0 where tenant_id = $1`,
      [sponsor.id],
    );
    const chunks: VestingChunk[] = [];
    await scheduleVesting({ time: new Date(), requestId: 'test' }, async (sent) => void chunks.push(...sent));
    for (const chunk of chunks.filter(({ tenant_id }) => tenant_id === sponsor.id))
      await computeVesting(chunk, 'test');
    expect((await planOf(whole)).vested_as_of).not.toBe('2025-01-31');
    await addUp(whole, parts);
    // The event of one of them, and what it does to the others: nothing.
    await approved(
      sponsor,
      await call(recordEventHandler, recordVestingEvent, {
        ...{ ...as(), body: { event: 'SALE', occurred_on: '2026-02-01' } },
        headers: { 'Idempotency-Key': randomUUID() },
      }),
    );
    expect((await planOf(whole)).awaiting_event).toBe('0');
    await addUp(whole, parts);
    for (const id of [whole, ...parts]) expect((await end(id, '2026-02-28')).status).toBe(200);
    await addUp(whole, parts);
  });

  test('are accelerated together, by the dates on which they vest, or one by its id', async () => {
    const monthly = { type: 'graded', total_months: 10 };
    const grant_date = addDays(today, -20);
    const { id } = await open();
    const [a = '', b = ''] = await added(
      id,
      { quantity: '100', grant_date, vesting_schedule: monthly },
      { quantity: '1000', grant_date: addDays(grant_date, 5), vesting_schedule: monthly },
    );
    const [ahead = ''] = await added(id, {
      quantity: '7',
      grant_date: addDays(today, 300),
      vesting_schedule: monthly,
    });
    const vested = async () => (await listed(id)).map((one: { vested: string }) => one.vested);
    const last = { order: 'LAST_FIRST' };
    for (const [body, expected] of [
      // A month of the first comes before a month of the second, and from the end it is the other way round.
      [{ quantity: '110' }, ['10', '100', '0']],
      [{ quantity: '100', ...last }, ['10', '200', '0']],
      [{ quantity: '10', ...last }, ['20', '200', '0']],
      [{ quantity: '88', order: 'PRO_RATA' }, ['28', '280', '0']],
      [{ quantity: '7', order: 'PRO_RATA' }, ['28', '287', '0']],
      [{ quantity: '2', grant_id: a }, ['30', '287', '0']],
      [{ quantity: '13', grant_id: b }, ['30', '300', '0']],
    ] as const) {
      const answer = await speed(id, body);
      expect(answer.status, answer.text).toBe(200);
      expect(await vested(), JSON.stringify(body)).toEqual(expected);
    }
    const far = addDays(today, 200);
    const planned = await speed(id, { quantity: '60', date: far });
    const shown = planned.body.accelerations.at(-1);
    expect(shown).toMatchObject({ date: far, quantity: '60', order: 'SOONEST_FIRST' });
    for (const [body, pointer, code] of [
      // The planned one leaves 710 of 770.
      [{ quantity: '711' }, '/quantity', 'more-than-unvested'],
      [{ quantity: '0.5' }, '/quantity', 'not-whole'],
      [{ full: true, grant_id: randomUUID() }, '/grant_id', 'unknown-grant'],
      [{ quantity: '1', grant_id: ahead }, '/date', 'before-grant'],
    ] as const)
      expect(await speed(id, body)).toMatchObject({ status: 422, body: { errors: [{ pointer, code }] } });
    const back = await withdrawOf(id, shown.id);
    expect(back.body.accelerations).toHaveLength(planned.body.accelerations.length - 1);
    expect((await speed(id, { quantity: '711' })).status).toBe(200);
    const all = await speed(id, { full: true });
    expect(all.body).toMatchObject({ vested_balance: '1100', granted: '1107' });
    expect(all.body.accelerations.at(-1)).toMatchObject({ quantity: null, date: today });
    expect(await vested()).toEqual(['100', '1000', '0']);
  });

  test('is cancelled by itself, from a day on: what it has vested stays, and the others go on', async () => {
    const { id } = await open();
    const grant_date = addDays(today, -100);
    const terms = { quantity: '1000', grant_date, vesting_schedule: { type: 'graded', total_months: 10 } };
    const [a = '', b = ''] = await added(id, terms, terms);
    const [{ vested }] = await listed(id);
    expect(unitsOf(vested)).toBeGreaterThan(0n);
    expect((await cancel(id, a, {}, 1)).status).toBe(412);
    const { version } = await planOf(id);
    expect((await cancel(id, randomUUID(), {})).status).toBe(404);
    for (const day of [addDays(today, -1), addDays(today, 367)])
      expect(await cancel(id, a, { cancelled_on: day })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/cancelled_on' }] },
      });
    const notice = addDays(today, 40);
    const planned = await cancel(id, a, { cancelled_on: notice });
    expect(planned).toMatchObject({
      status: 200,
      body: { cancelled_on: notice, forfeited: '0', version: version + 1 },
    });
    expect(planned.header('etag')).toBe(`"${version + 1}"`);
    const later = await stateOf(id, addDays(today, 400));
    const [{ vested: kept, forfeited }, other] = later.grants;
    expect(unitsOf(kept)).toBeGreaterThan(unitsOf(vested));
    expect(unitsOf(kept) + unitsOf(forfeited)).toBe(unitsOf('1000'));
    expect(other).toMatchObject({ vested: '1000', forfeited: '0' });
    expect(later.events).toContainEqual(
      expect.objectContaining({
        grant_id: a,
        date: notice,
        kind: 'FORFEITED',
        why: 'forfeited on cancellation',
      }),
    );
    expect((await cancel(id, a, { cancelled_on: null })).body.cancelled_on).toBeNull();
    expect((await stateOf(id, addDays(today, 400))).vested).toBe('2000');
    const now = await cancel(id, a, {});
    const rest = quantityOf(unitsOf('1000') - unitsOf(vested));
    expect(now.body).toMatchObject({ cancelled_on: today, vested, unvested: '0', forfeited: rest });
    expect(await planOf(id)).toMatchObject({ status: 'ACTIVE', forfeited: rest, granted: '2000' });
    expect(await cancel(id, a, { cancelled_on: null })).toMatchObject({
      status: 409,
      body: problem('grant-cancelled'),
    });
    expect((await speed(id, { full: true, grant_id: a, date: notice })).status).toBe(422);
    expect((await speed(id, { full: true })).body.vested_balance).toBe(
      quantityOf(unitsOf('1000') + unitsOf(vested)),
    );
    expect((await cancel(id, b, {})).body).toMatchObject({ vested: '1000', forfeited: '0' });
    const { rows } = await database.admin.query(
      `select payload from audit_log where action = 'plan.grant-cancelled' and tenant_id = $1 order by id`,
      [sponsor.id],
    );
    expect(rows).toHaveLength(4);
    await end(id, today);
    expect(await cancel(id, b, {})).toMatchObject({ status: 409, body: problem('plan-terminated') });
  });

  test('are added one by one, by whoever has read the plan, and once by a key', async () => {
    const plan = await open({ grant: GRANT, vesting_schedule: GRADED });
    const terms = { quantity: '10', grant_date: '2025-03-01', vesting_schedule: GRADED };
    const key = { 'Idempotency-Key': randomUUID() };
    const made = await add(plan.id, terms, { ...key, 'If-Match': '"1"' });
    expect(made).toMatchObject({ status: 201, body: { plan_id: plan.id, version: 2, quantity: '10' } });
    expect(made.header('etag')).toBe('"2"');
    expect((await add(plan.id, terms, { 'If-Match': '"1"' })).status).toBe(412);
    expect((await add(plan.id, terms, { ...key, 'If-Match': '"1"' })).header('idempotency-replayed')).toBe(
      'true',
    );
    await database.admin.query('delete from idempotency_keys');
    expect(await add(plan.id, terms, key)).toMatchObject({ status: 409, body: problem('grant-key-used') });
    const unkeyed = { as: sponsor.as('OPS'), params: { id: plan.id }, body: terms };
    expect((await call(createGrantHandler, createGrant, unkeyed)).status).toBe(400);
    const both = await Promise.all([add(plan.id, terms), add(plan.id, { ...terms, quantity: '20' })]);
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    expect(await planOf(plan.id)).toMatchObject({ granted: '1040', grant: GRANT });
    // The employee sees them, and nobody else’s.
    const own = sponsor.as('EMPLOYEE', plan.employee_id);
    expect(await listed(plan.id, own)).toHaveLength(4);
    const other = await call(listGrantsHandler, listGrants, {
      ...{ as: sponsor.as('EMPLOYEE', 'emp-nobody'), params: { id: plan.id } },
    });
    expect(other.status).toBe(404);
    const { rows } = await database.admin.query(
      `select payload, changes from audit_log where action = 'plan.granted' and tenant_id = $1 and resource like $2 order by id`,
      [sponsor.id, `plans/${plan.id}%`],
    );
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({ payload: { quantity: '10', grant_date: '2025-03-01' } });
    expect(JSON.stringify(rows[0].changes)).toContain(`grants/${made.body.id}`);
  });

  test('are refused where they are impossible', async () => {
    const plan = await open();
    const hired = { date_of_birth: null, hired_on: '2025-06-02' };
    const set = await call(setParticipantHandler, setParticipant, {
      ...{ ...as(), params: { employee: plan.employee_id }, body: hired },
    });
    expect(set.body).toMatchObject(hired);
    const kept = await call(setParticipantHandler, setParticipant, {
      ...{ ...as(), params: { employee: plan.employee_id }, body: { date_of_birth: '1980-01-01' } },
    });
    expect(kept.body).toMatchObject({ hired_on: hired.hired_on });
    const terms = { quantity: '10', grant_date: '2025-06-02', vesting_schedule: GRADED };
    const tranches = (...parts: object[]) => ({
      type: 'tranches',
      tranches: parts.map((part, year) => ({ after_months: 12 * (year + 1), ...part })),
    });
    for (const [change, pointer] of [
      [{ grant_date: '2025-06-01' }, '/grant_date'],
      [{ grant_date: addDays(today, 367) }, '/grant_date'],
      [{ quantity: '0' }, '/quantity'],
      [{ vesting_schedule: undefined }, '/vesting_schedule'],
      [{ vesting_schedule: tranches({ fraction: '1/0' }) }, '/vesting_schedule/tranches/0/fraction'],
      [{ vesting_schedule: tranches({ percent: '99.99999999' }) }, '/vesting_schedule/tranches'],
      [
        { vesting_schedule: tranches({ percent: '50' }, { percent: '49.99999999' }) },
        '/vesting_schedule/tranches',
      ],
      [{ employee_id: 'emp-1' }, '/employee_id'],
    ] as const)
      expect(await add(plan.id, { ...terms, ...change }), pointer).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
    expect((await add(plan.id, terms)).status).toBe(201);
    expect((await add(randomUUID(), terms)).status).toBe(404);
    const money = await open({ plan_type: '401K' });
    expect((await add(money.id, terms)).status).toBe(422);
    const funded = await open({ plan_type: 'ESOP' });
    await contribute(sponsor, funded.id, { amount: '1', source: 'EMPLOYER' });
    expect((await add(funded.id, terms)).status).toBe(422);
    for (const source of ['EMPLOYEE', 'EMPLOYER'])
      expect(await contribute(sponsor, plan.id, { amount: '1', source })).toMatchObject({
        status: 422,
        body: { errors: [{ code: 'not-of-plan' }] },
      });
    await end(plan.id, addDays(today, 30));
    expect(await add(plan.id, { ...terms, grant_date: addDays(today, 31) })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/grant_date', code: 'after-termination' }] },
    });
    await end((await open()).id, today);
    expect((await add((await open()).id, { ...terms, vesting_schedule: GRADED })).status).toBe(201);
    await database.admin.query(
      `insert into grants (tenant_id, plan_id, quantity, grant_date, vesting_start)
       select $1, $2, 1, '2025-06-02', '2025-06-02' from generate_series(1, 99)`,
      [sponsor.id, plan.id],
    );
    await database.admin.query('update plans set granted_quantity = 109 where id = $1', [plan.id]);
    expect(await add(plan.id, terms)).toMatchObject({ status: 409, body: problem('too-many-grants') });
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
    const entries = (await list()).body.data;
    const reverse = (entry: string, reversalKey: string = randomUUID()) =>
      call(reverseUseHandler, reverseForfeitureUse, {
        ...{ as: globex.as('OPS'), params: { id: entry }, headers: { 'Idempotency-Key': reversalKey } },
      });
    const wrong = entries.at(-1).id;
    const reversals = await Promise.all([reverse(wrong), reverse(wrong)]);
    expect(reversals.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(reversals.find(({ status }) => status === 201)?.body).toMatchObject({
      ...{
        kind: 'REVERSED',
        amount: '20.00',
        balance_after: '46.67',
        reverses: wrong,
        pay_date: '2026-02-27',
      },
    });
    expect(await reverse(wrong)).toMatchObject({ status: 409, body: problem('forfeiture-use-reversed') });
    // Neither what was forfeited nor a reversal is a use.
    for (const entry of [entries[0].id, (await list()).body.data.at(-1).id, uuidV7()])
      expect((await reverse(entry)).status).toBe(404);
    // The contributions of that day can be paid by it again.
    expect(await use('20.01')).toMatchObject({ status: 422, body: problem('forfeitures-exceeded') });
    expect((await use('20.00')).body).toMatchObject({ balance_after: '26.67' });
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

  test('of many is a partial termination: all are vested fully, by two people and as one change', async () => {
    const [held, lost, early] = [await open(), await open(), await open()];
    for (const { id } of [held, lost]) await terminate(id, { terminated_on: '2025-08-17' });
    await terminate(early.id, { terminated_on: '2025-06-01' });
    await distribute(lost.id, 12_333n);
    expect(await planOf(lost.id)).toMatchObject({ balance: '0.00', forfeited: '76.67' });
    const propose = (body: object, query: Record<string, string> = {}) =>
      call(proposePartialHandler, proposePartialTermination, {
        ...{ as: globex.as('OPS'), body: { plan_type: '401K', ...body }, query },
        headers: { 'Idempotency-Key': randomUUID() },
      });
    const named = { plans: [held.id, lost.id, early.id] };
    const stranger = await insertTestTenant(database.admin, 'SPONSOR');
    const { body: foreign } = await enroll(stranger, { employee_id: 'emp-foreign', plan_type: '401K' });
    const tomorrow = addDays(dayOf(new Date()), 2);
    for (const [body, pointer] of [
      [{}, ''],
      [{ ...named, left_from: '2025-08-01', left_to: '2025-08-31' }, ''],
      [{ left_from: '2025-08-01' }, ''],
      [{ left_from: '2025-08-31', left_to: '2025-08-01' }, '/left_to'],
      [{ ...named, date: tomorrow }, '/date'],
      [{ plans: [held.id, foreign.id] }, '/plans/1'],
      [{ plans: [held.id], plan_type: 'RSU' }, '/plans/0'],
      [{ left_from: '1999-01-01', left_to: '1999-12-31' }, '/left_from'],
    ] as const)
      expect(await propose(body), JSON.stringify(body)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
    const preview = await propose({ plans: [held.id, lost.id] }, { dry_run: 'true' });
    expect(preview).toMatchObject({
      status: 200,
      body: { plan_type: '401K', plans: 2, unchanged: 0, vests: [{ unit: 'USD', amount: '153.34' }] },
    });
    expect(await planOf(held.id)).toMatchObject({ available: '123.33', forfeitable: '76.67' });

    // One of the group is left out by its day.
    const waiting = await propose({ left_from: '2025-08-16', left_to: '2025-08-17', reason: 'Plant closed' });
    expect(waiting).toMatchObject({
      status: 202,
      body: { kind: 'partial-termination', after: { reason: 'Plant closed' } },
    });
    await approved(globex, waiting);
    expect(await planOf(held.id)).toMatchObject({
      available: '200.00',
      forfeitable: '0.00',
      status: 'TERMINATED',
    });
    expect(await planOf(lost.id)).toMatchObject({ balance: '76.67', available: '76.67', forfeited: '0.00' });
    expect(await planOf(early.id)).toMatchObject({ forfeitable: expect.not.stringMatching(/^0.00$/) });
    expect((await vestingOf(held.id, '2025-08-16')).body.vested).toBe('123.33');
    expect((await vestingOf(held.id, '2025-08-17')).body.vested).toBe('200.00');
    await expectExplained(globex, held.id, dayOf(new Date()));
    expect(await propose({ plans: [held.id, lost.id] })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/plans', code: 'nothing-unvested' }] },
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

describe('why a number is what it is', () => {
  const today = dayOf(new Date());
  /** The schedules of the vesting rules, of money here, as of shares above. */
  const SCHEDULES: Record<string, object | undefined> = {
    'none: all at once': undefined,
    cliff: { type: 'cliff', cliff_months: 12 },
    graded: GRADED,
    'by the quarter': { type: 'graded', total_months: 48, every_months: 3, cliff_months: 12 },
    'a cliff with a portion of its own': {
      ...{ type: 'graded', total_months: 60, cliff_months: 12, cliff_portion: '1/5' },
    },
    'tranches in thirds, on the first': {
      ...{ type: 'tranches', day_of_month: 1 },
      tranches: [12, 24, 36].map((after_months) => ({ after_months, fraction: '1/3' })),
    },
    'tranches by percent': {
      type: 'tranches',
      tranches: [
        { after_months: 0, percent: '12.5' },
        { after_months: 7, percent: '87.5' },
      ],
    },
  };
  const DAYS = ['2025-01-14', '2025-01-31', '2025-07-15', '2025-12-31', '2026-01-15', '2026-02-28', today];
  const as = () => ({ as: globex.as('ADMIN') });

  test.each(Object.entries(SCHEDULES))(
    'is the sum of its entries, by the schedule: %s',
    async (name, vesting_schedule) => {
      const order = { plan_type: '401K', enrolled_on: '2025-01-15', vesting_schedule };
      const { body: plan } = await enroll(globex, {
        ...order,
        employee_id: `emp-why ${name}`.replaceAll(' ', '-'),
      });
      const made = [];
      for (const [source, amount, effective_date] of [
        ['EMPLOYEE', '100.01', '2025-01-31'],
        ['EMPLOYER', '77.77', '2025-01-31'],
        ['ROTH', '10.00', '2025-07-15'],
        ['EMPLOYER', '1000.00', '2025-12-31'],
        ['SAFE_HARBOR', '50.00', '2026-01-15'],
        ['EMPLOYER', '0.01', addDays(today, 20)],
      ] as const) {
        const answer = await contribute(globex, plan.id, { source, amount, effective_date });
        expect(answer.status, answer.text).toBe(201);
        made.push(answer.body.id);
      }
      const taken = { ...as(), params: { id: plan.id, contribution_id: made[2] } };
      expect((await call(reverseHandler, reverseContribution, taken)).status).toBe(201);
      const client = await database.admin.connect();
      await client.query(`select set_config('app.tenant_id', $1, false)`, [globex.id]);
      const { rows } = await client.query(
        `insert into transactions (type, amount, currency, plan_id) values ('DISBURSE', 2500, 'USD', $1), ('DISBURSE', 1000, 'USD', $1) returning id`,
        [plan.id],
      );
      await client.query(`update transactions set status = 'FAILED', version = version + 1 where id = $1`, [
        rows[1].id,
      ]);
      client.release(true);
      for (const day of [...DAYS, addDays(today, 20)]) await expectExplained(globex, plan.id, day);
      const { balance, vested } = await expectExplained(globex, plan.id, today);
      expect(
        balance.entries.map(({ kind, amount }: { kind: string; amount: string }) => [kind, amount]),
      ).toEqual(
        expect.arrayContaining([
          ['DISTRIBUTION', '-25.00'],
          ['DISTRIBUTION', '-10.00'],
          ['FAILED', '10.00'],
          ['REVERSAL', '-10.00'],
          ['CONTRIBUTION', '1000.00'],
        ]),
      );
      expect(vested.rules).toMatchObject([
        { vesting_start: '2025-01-15', vesting_schedule: vesting_schedule ?? null },
      ]);
      await accelerate(plan.id, { full: true, date: '2026-02-01' });
      for (const day of DAYS) await expectExplained(globex, plan.id, day);
      await terminate(plan.id, { terminated_on: '2026-02-28' });
      for (const day of DAYS) await expectExplained(globex, plan.id, day);
    },
  );

  test('sums the entries that are too many to list', async () => {
    const order = { plan_type: '401K', enrolled_on: '2025-01-15', employee_id: 'emp-why-many' };
    const { body: plan } = await enroll(globex, order);
    expect((await contribute(globex, plan.id, { amount: '5', effective_date: '2025-02-01' })).status).toBe(
      201,
    );
    await database.admin.query(
      `with paid as (
         insert into transactions (tenant_id, type, status, amount, currency, plan_id)
         select $1, 'CONTRIBUTION', 'SETTLED', 1, 'USD', $2 from generate_series(1, 600) returning id)
       insert into contributions (tenant_id, plan_id, id, source, amount, currency, effective_date, balance_after)
       select $1, $2, id, 'EMPLOYEE', 1, 'USD', '2025-03-01', 0 from paid`,
      [globex.id, plan.id],
    );
    await database.admin.query('update plans set employee_contributed = 1100 where id = $1', [plan.id]);
    const { balance } = await expectExplained(globex, plan.id, today);
    expect(balance).toMatchObject({ amount: '11.00', earlier: { entries: 101, amount: '6.00' } });
    expect(balance.entries).toHaveLength(500);
  });

  test('is told to the employee, and to nobody else’s', async () => {
    const { body: plan } = await enroll(globex, {
      employee_id: 'emp-why-own',
      plan_type: 'RSU',
      grant: GRANT,
    });
    const ask = (employee: string) =>
      call(explainHandler, explainPlan, { as: globex.as('EMPLOYEE', employee), params: { id: plan.id } });
    expect(await ask('emp-why-own')).toMatchObject({
      status: 200,
      body: { as_of: today, vested: { unit: 'shares', amount: '1000' }, limits: { known: false, left: [] } },
    });
    expect((await ask('emp-mine')).status).toBe(404);
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
