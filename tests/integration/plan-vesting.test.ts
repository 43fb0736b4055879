import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as acceleratePlanHandler } from '#functions/plans/accelerate-plan.ts';
import { handler as calculateVestingHandler } from '#functions/plans/calculate-vesting.ts';
import { handler as getPlanVestingHandler } from '#functions/plans/get-plan-vesting.ts';
import { handler as grantSharesHandler } from '#functions/plans/grant-shares.ts';
import { handler as terminatePlanHandler } from '#functions/plans/terminate-plan.ts';
import { acceleratePlan, getPlanVesting, grantShares, terminatePlan } from '#plans/plans.routes.ts';
import { calculateVesting } from '#plans/vesting/vesting.routes.ts';
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
      ['2199-01-01', 422],
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
    for (const body of [
      {},
      { full: true, quantity: '1' },
      { full: true, order: 'PRO_RATA' },
      { full: false },
    ])
      expect((await accelerate(plan.id, body)).status).toBe(422);
  });

  test('a money plan forfeits the employer’s unvested part, and keeps its books', async () => {
    const { body: plan } = await enroll(globex, {
      employee_id: 'emp-money',
      plan_type: '401K',
      enrolled_on: '2025-01-15',
      vesting_schedule: GRADED,
    });
    const put = (amount: string, source: string) =>
      contribute(globex, plan.id, { amount, source, effective_date: '2025-02-01' });
    await put('100.00', 'EMPLOYEE');
    await put('100.00', 'EMPLOYER');
    expect((await accelerate(plan.id, { quantity: '1' })).status).toBe(422);
    expect((await vestingOf(plan.id, '2025-08-15')).body).toMatchObject({
      unit: 'USD',
      vested: '123.33',
      unvested: '76.67',
    });
    expect((await vestingOf(plan.id, '2025-01-31')).body.vested).toBe('0.00');
    const ended = await terminate(plan.id, { terminated_on: '2025-08-15' });
    expect(ended.body).toMatchObject({ balance: '123.33', vested_balance: '123.33', forfeited: '76.67' });
    expect(await contribute(globex, plan.id, { amount: '1' })).toMatchObject({
      status: 409,
      body: problem('plan-terminated'),
    });
    const { rows } = await database.admin.query(
      `select coalesce(sum(case when credit_account = 'PLAN_OBLIGATIONS' then amount else -amount end), 0) as owed
       from journal where tenant_id = $1`,
      [globex.id],
    );
    expect(rows[0].owed).toBe('12333');
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
