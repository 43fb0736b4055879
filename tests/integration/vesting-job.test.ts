import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { handler as acceleratePlanHandler } from '#functions/plans/accelerate-plan.ts';
import { handler as recordEventHandler } from '#functions/plans/record-vesting-event.ts';
import { handler as terminatePlanHandler } from '#functions/plans/terminate-plan.ts';
import { addDays, addMonths, dayOf, monthsReached } from '#kernel/calendar.ts';
import { acceleratePlan } from '#plans/plan-changes.routes.ts';
import { terminatePlan } from '#plans/plan-end.routes.ts';
import { recordVestingEvent } from '#plans/vesting-events/vesting-events.routes.ts';
import { computeVesting } from '#plans/vesting-runs/compute-vesting.ts';
import { scheduleVesting } from '#plans/vesting-runs/schedule-vesting.ts';
import type { VestingChunk } from '#plans/vesting-runs/vesting-chunk.ts';
import { approved } from '#tests/support/approvals.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { contribute, enroll } from '#tests/support/plans.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const SCHEDULE = { type: 'graded', total_months: 48, cliff_months: 12 };

let database: TestDatabase;
let globex: TestTenant;
let umbrella: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  globex = await insertTestTenant(database.admin, 'SPONSOR');
  umbrella = await insertTestTenant(database.admin, 'SPONSOR');
  const grant = { quantity: '4801', grant_date: '2025-01-31' };
  const plans: object[] = [
    { employee_id: 'e-1', plan_type: 'RSU', grant, vesting_schedule: SCHEDULE },
    {
      employee_id: 'e-2',
      plan_type: 'ESOP',
      grant,
      vesting_schedule: SCHEDULE,
      allocation_type: 'FRACTIONAL',
    },
    { employee_id: 'e-3', plan_type: 'RSU', grant, vesting_schedule: { type: 'cliff', cliff_months: 36 } },
    { employee_id: 'e-4', plan_type: '401K', enrolled_on: '2025-01-31', vesting_schedule: SCHEDULE },
    { employee_id: 'e-5', plan_type: 'RSU' },
  ];
  for (const sponsor of [globex, umbrella])
    for (const body of plans) expect((await enroll(sponsor, body)).status).toBe(201);
  const { rows } = await database.admin.query(
    `select id from plans where tenant_id = $1 and plan_type = '401K'`,
    [globex.id],
  );
  for (const source of ['EMPLOYEE', 'EMPLOYER'])
    expect(await contribute(globex, rows[0].id, { amount: '480.10', source })).toMatchObject({ status: 201 });
});

// The day of enrolment is the wall clock's: put back, so that a year of months lies ahead of it.
beforeEach(async () => {
  await database.admin.query(`update plans set vested_numerator = 0, vested_denominator = 1`);
  await putBack();
});

async function putBack(): Promise<void> {
  await database.admin.query(`update grants set vested_quantity = 0`);
  await database.admin.query(`update plans set vested_as_of = '2025-01-31', vested_quantity = 0`);
}

afterAll(() => database.close());

/** The messages that the schedule sends when it fires at an instant. */
async function chunksAt(time: string): Promise<VestingChunk[]> {
  const sent: VestingChunk[] = [];
  await scheduleVesting(
    { time: new Date(time), requestId: 'test' },
    async (chunks) => void sent.push(...chunks),
  );
  return sent;
}

async function run(chunks: readonly VestingChunk[]): Promise<void> {
  for (const chunk of chunks) await computeVesting(chunk, 'test');
}

async function vested(): Promise<unknown[]> {
  const { rows } = await database.admin.query(
    `select tenant_id, employee_id, vested_as_of, vested_quantity, vested_money from plans order by 1, 2`,
  );
  return rows;
}

const months = Array.from(
  { length: 12 },
  (_, month) => `2026-${String(month + 1).padStart(2, '0')}-01T03:00:00Z`,
);

test('every plan is computed as of the event’s own time', async () => {
  await run(await chunksAt('2026-02-15T03:00:00Z'));
  const ofGlobex = (await vested()).filter((row) => (row as { tenant_id: string }).tenant_id === globex.id);
  expect(ofGlobex).toMatchObject([
    { employee_id: 'e-1', vested_as_of: '2026-02-15', vested_quantity: '1200.00000000' },
    { employee_id: 'e-2', vested_quantity: '1200.25000000' },
    { employee_id: 'e-3', vested_quantity: '0.00000000' },
    // All of the employee's own, and 12 of 48 months of the employer's, rounded down.
    { employee_id: 'e-4', vested_money: 60_012n },
    { employee_id: 'e-5', vested_quantity: '0.00000000' },
  ]);
});

test('a year of months ends where one run at its end does', async () => {
  for (const month of months) await run(await chunksAt(month));
  const monthly = await vested();
  await putBack();
  await run(await chunksAt(months.at(-1) ?? ''));
  expect(await vested()).toEqual(monthly);
});

test('messages that come repeatedly and in any order have the result of the ordered run', async () => {
  const messages = [
    ...(await chunksAt('2026-02-01T03:00:00Z')),
    ...(await chunksAt('2026-05-01T03:00:00Z')),
    ...(await chunksAt('2026-08-01T03:00:00Z')),
  ];
  await run(messages);
  const expected = await vested();
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(
        messages.flatMap((message) => [message, message, message]),
        { minLength: messages.length * 3 },
      ),
      async (shuffled) => {
        await putBack();
        await Promise.all(shuffled.map((message) => computeVesting(message, 'test')));
        expect(await vested()).toEqual(expected);
      },
    ),
    { numRuns: 5 },
  );
});

test('nothing is left to do, or to audit, once it is done', async () => {
  const chunks = await chunksAt('2026-02-01T03:00:00Z');
  expect(chunks.map(({ tenant_id }) => tenant_id).sort()).toEqual([globex.id, umbrella.id].sort());
  await run(chunks);
  const entries = async () =>
    (await database.admin.query(`select count(*) as n from audit_log where action = 'vesting.computed'`))
      .rows[0].n;
  const before = await entries();
  await run(chunks);
  expect(await entries()).toBe(before);
  expect(await chunksAt('2026-02-01T03:00:00Z')).toEqual([]);
  expect(await chunksAt('2026-01-01T03:00:00Z')).toEqual([]);
});

test('what waits for an event is vested by the run of the day after it, also where the employee has left', async () => {
  const other = await insertTestTenant(database.admin, 'SPONSOR');
  const grant = { quantity: '4800', grant_date: '2025-01-31' };
  const condition = { type: 'event', event: 'CHANGE_OF_CONTROL' };
  for (const employee_id of ['e-7', 'e-8']) {
    const order = { employee_id, plan_type: 'RSU', grant, vesting_schedule: { ...SCHEDULE, condition } };
    const { status, body } = await enroll(other, { ...order, enrolled_on: '2025-01-31' });
    expect(status).toBe(201);
    const end = { as: other.as('ADMIN'), params: { id: body.id }, body: { terminated_on: '2026-03-31' } };
    if (employee_id === 'e-8')
      expect((await call(terminatePlanHandler, terminatePlan, end)).status).toBe(200);
  }
  // Computed last on the first of June, before the event.
  await database.admin.query(
    `with computed as (
       update plans set vested_as_of = '2026-06-01', vested_quantity = 0, awaiting_quantity = case status when 'ACTIVE' then 1600 else 1400 end
       where tenant_id = $1 returning tenant_id, id, awaiting_quantity)
     update grants g set vested_quantity = 0, awaiting_quantity = c.awaiting_quantity from computed c
     where g.tenant_id = c.tenant_id and g.plan_id = c.id`,
    [other.id],
  );
  const stands = async () =>
    (
      await database.admin.query(
        `select status, vested_as_of, vested_quantity::integer as vested, awaiting_quantity::integer as awaiting, forfeited_quantity::integer as forfeited
         from plans where tenant_id = $1 order by employee_id`,
        [other.id],
      )
    ).rows.map(Object.values);
  const record = { as: other.as('ADMIN'), body: { event: condition.event, occurred_on: '2026-06-10' } };
  const headers = { 'Idempotency-Key': 'change-of-control-1' };
  await approved(other, await call(recordEventHandler, recordVestingEvent, { ...record, headers }));
  expect(await stands()).toEqual([
    ['ACTIVE', '2026-06-01', 0, 1600, 0],
    ['TERMINATED', '2026-06-01', 0, 1400, 3400],
  ]);
  const ours = async (day: string) =>
    (await chunksAt(`${day}T03:00:00Z`)).filter(({ tenant_id }) => tenant_id === other.id);
  expect(await ours('2026-06-09')).toEqual([]);
  const chunks = await ours('2026-06-11');
  for (let times = 0; times < 2; times += 1) await run(chunks);
  // The day is that of New York, where it is still the one before.
  const as_of = chunks[0]?.as_of ?? '';
  expect(await stands()).toEqual([
    ['ACTIVE', as_of, 1600, 0, 0],
    ['TERMINATED', as_of, 1400, 0, 3400],
  ]);
  expect(await ours('2026-06-12')).toEqual([]);
});

test('a notice that is over ends its plan; what the plan holds is forfeited five years later, once', async () => {
  const other = await insertTestTenant(database.admin, 'SPONSOR');
  const order = {
    employee_id: 'e-6',
    plan_type: '401K',
    enrolled_on: '2025-01-31',
    vesting_schedule: SCHEDULE,
  };
  const { body: plan } = await enroll(other, order);
  const last = addDays(dayOf(new Date()), 40);
  const [first] = [await contribute(other, plan.id, { amount: '480.10', source: 'EMPLOYER' })];
  expect(first.status).toBe(201);
  const ended = await call(terminatePlanHandler, terminatePlan, {
    ...{ as: other.as('ADMIN'), params: { id: plan.id }, body: { terminated_on: last } },
  });
  expect(ended).toMatchObject({ status: 200, body: { status: 'ACTIVE' } });
  const stands = async () =>
    (
      await database.admin.query(
        `select status, vested_numerator * 48 / vested_denominator as months, forfeited,
           (select count(*) from forfeiture_entries f where f.plan_id = p.id) as entries,
           (select count(*) from audit_log a where a.tenant_id = p.tenant_id and a.action = 'plan.terminated' and a.actor_role = 'SYSTEM') as ends
         from plans p where id = $1`,
        [plan.id],
      )
    ).rows[0];
  const ours = async (day: string) =>
    (await chunksAt(`${day}T03:00:00Z`)).filter(({ tenant_id }) => tenant_id === other.id);
  const months = BigInt(monthsReached('2025-01-31', last));
  for (const [day, status] of [
    [addDays(last, -1), 'ACTIVE'],
    [addDays(last, 1), 'TERMINATED'],
    [addDays(last, 400), 'TERMINATED'],
  ] as const) {
    await run(await ours(day));
    expect(await stands()).toMatchObject({ status, forfeited: 0n });
  }
  expect(await stands()).toMatchObject({ months, ends: 1n });
  const fiveYears = addMonths(last, 60);
  expect(await ours(addDays(fiveYears, -1))).toEqual([]);
  const due = await ours(fiveYears);
  await run([...due, ...due]);
  const unvested = 48_010n - (48_010n * months) / 48n;
  expect(await stands()).toMatchObject({ forfeited: unvested, entries: 1n });
  expect(await ours(fiveYears)).toEqual([]);
});

test('a plan that is accelerated meanwhile keeps what the acceleration vested', async () => {
  const { rows } = await database.admin.query(
    `select id from plans where tenant_id = $1 and employee_id = 'e-1'`,
    [umbrella.id],
  );
  const accelerate = () =>
    call(acceleratePlanHandler, acceleratePlan, {
      as: umbrella.as('ADMIN'),
      params: { id: rows[0].id },
      body: { full: true },
    });
  const chunks = await chunksAt('2026-02-01T03:00:00Z');
  const [accelerated] = await Promise.all([accelerate(), run(chunks)]);
  expect(accelerated).toMatchObject({ status: 200, body: { vested_balance: '4801' } });
  expect(await vested()).toContainEqual(
    expect.objectContaining({ tenant_id: umbrella.id, employee_id: 'e-1', vested_quantity: '4801.00000000' }),
  );
});

test('one plan that can’t be computed holds up no other', async () => {
  await database.admin.query(
    `update grants g set vesting_schedule = '{"type":"cliff"}' from plans p
     where g.tenant_id = $1 and p.tenant_id = g.tenant_id and p.id = g.plan_id and p.employee_id = 'e-3'`,
    [umbrella.id],
  );
  const chunks = await chunksAt('2026-02-01T03:00:00Z');
  await expect(run(chunks.filter(({ tenant_id }) => tenant_id === umbrella.id))).rejects.toThrow('1 plans');
  const { rows } = await database.admin.query(
    `select count(*) filter (where vested_as_of = '2026-02-01') as done, count(*) as plans from plans where tenant_id = $1`,
    [umbrella.id],
  );
  expect(rows).toEqual([{ done: 4n, plans: 5n }]);
});
