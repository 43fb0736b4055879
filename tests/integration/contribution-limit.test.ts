import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler as getParticipantHandler } from '#functions/plans/get-participant.ts';
import { handler as listLimitsHandler } from '#functions/plans/list-contribution-limits.ts';
import { handler as setParticipantHandler } from '#functions/plans/set-participant.ts';
import { handler as terminatePlanHandler } from '#functions/plans/terminate-plan.ts';
import { listContributionLimits } from '#plans/contributions/contributions.routes.ts';
import { getParticipant, setParticipant } from '#plans/participants/participants.routes.ts';
import { terminatePlan } from '#plans/plans.routes.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { contribute, enroll, problem } from '#tests/support/plans.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let globex: TestTenant;
let employees = 0;

beforeAll(async () => {
  database = await testDatabase();
  globex = await insertTestTenant(database.admin, 'SPONSOR');
});

afterAll(() => database.close());

async function newPlan(change: object = {}): Promise<string> {
  employees += 1;
  const body = { employee_id: `emp-${employees}`, plan_type: '401K', enrolled_on: '2025-01-01', ...change };
  const { status, body: plan } = await enroll(globex, body);
  expect(status).toBe(201);
  return plan.id;
}

test('are read as data, with their sources', async () => {
  const { body } = await call(listLimitsHandler, listContributionLimits, {
    as: globex.as('EMPLOYEE'),
    query: { plan_type: '401K' },
  });
  expect(body.data).toContainEqual({
    plan_type: '401K',
    year: 2026,
    kind: 'CATCH_UP',
    min_age: 60,
    max_age: 63,
    amount: '11250.00',
    currency: 'USD',
    source: expect.stringContaining('2025-67'),
  });
});

test('a rejection says which limit, how much is used and what is left', async () => {
  const id = await newPlan();
  await contribute(globex, id, { amount: '24000', effective_date: '2026-01-31' });
  const over = await contribute(globex, id, { amount: '600', effective_date: '2026-02-28' });
  expect(over).toMatchObject({
    status: 422,
    body: {
      ...problem('contribution-limit-exceeded'),
      detail:
        'The 2026 limit of the employee’s own contributions to a 401K is 24500.00 USD: 24000.00 USD is used, 500.00 USD is left.',
      errors: [{ pointer: '/amount', code: 'employee-deferral-limit' }],
    },
  });
  expect((await contribute(globex, id, { amount: '500', effective_date: '2026-02-28' })).status).toBe(201);
  expect((await contribute(globex, id, { amount: '600', effective_date: '2025-12-31' })).status).toBe(201);
  const all = await contribute(globex, id, {
    amount: '47500.01',
    source: 'EMPLOYER',
    effective_date: '2026-02-28',
  });
  expect(all.body).toMatchObject({ errors: [{ code: 'total-additions-limit' }] });
});

test('of two at once that together exceed it, one is entered', async () => {
  const id = await newPlan();
  const both = await Promise.all(
    ['A', 'B'].map(() => contribute(globex, id, { amount: '13000', effective_date: '2026-01-31' })),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([201, 422]);
});

test('the catch-up comes with the age reached in the year', async () => {
  const id = await newPlan({ date_of_birth: '1976-12-31' });
  const put = (amount: string, effective_date: string) => contribute(globex, id, { amount, effective_date });
  expect((await put('32500', '2026-01-31')).status).toBe(201);
  expect((await put('0.01', '2026-01-31')).body.detail).toContain('32500.00 USD is used, 0.00 USD is left');
  // The employee was 49 in 2025.
  expect((await put('23500.01', '2025-01-31')).status).toBe(422);
  const employee = { as: globex.as('OPS'), params: { employee: `emp-${employees}` } };
  const set = await call(setParticipantHandler, setParticipant, {
    ...employee,
    body: { date_of_birth: '1965-05-01' },
  });
  expect(set).toMatchObject({ status: 200, body: { date_of_birth: '1965-05-01', version: 2 } });
  expect((await put('3250', '2026-01-31')).status).toBe(201);
  expect((await call(getParticipantHandler, getParticipant, employee)).body).toEqual(set.body);
  const { rows } = await database.admin.query(
    `select payload::text as payload from audit_log where action = 'participant.set' or action = 'plan.enrolled'`,
  );
  expect(rows.length).toBeGreaterThan(1);
  for (const { payload } of rows) expect(payload).not.toMatch(/1965|1976/);
});

test('count the year, not the plan: a new plan does not start afresh', async () => {
  const id = await newPlan();
  const employee_id = `emp-${employees}`;
  await contribute(globex, id, { amount: '24500', effective_date: '2026-01-31' });
  await call(terminatePlanHandler, terminatePlan, { as: globex.as('ADMIN'), params: { id }, body: {} });
  const again = await enroll(globex, { employee_id, plan_type: '401K', enrolled_on: '2026-01-01' });
  expect(
    await contribute(globex, again.body.id, { amount: '1', effective_date: '2026-02-01' }),
  ).toMatchObject({
    status: 422,
    body: problem('contribution-limit-exceeded'),
  });
});

test('go by the latest year that is known', async () => {
  const id = await newPlan();
  await database.admin.query(`delete from contribution_limits where year = 2026`);
  try {
    expect(await contribute(globex, id, { amount: '23500.01', effective_date: '2026-01-31' })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('23500.00') },
    });
  } finally {
    await database.admin.query(
      `insert into contribution_limits (plan_type, year, kind, min_age, max_age, amount, source) values
          ('401K', 2026, 'EMPLOYEE_DEFERRAL', 0, 200, 2450000, 'test')`,
    );
  }
});
