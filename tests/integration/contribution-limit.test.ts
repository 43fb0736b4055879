import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTRIBUTION_SOURCES } from '#contracts/transactions.ts';
import { handler as explainHandler } from '#functions/plans/explain-plan.ts';
import { handler as getParticipantHandler } from '#functions/plans/get-participant.ts';
import { handler as getPlanHandler } from '#functions/plans/get-plan.ts';
import { handler as getPlanVestingHandler } from '#functions/plans/get-plan-vesting.ts';
import { handler as listLimitsHandler } from '#functions/plans/list-contribution-limits.ts';
import { handler as reverseHandler } from '#functions/plans/reverse-contribution.ts';
import { handler as setParticipantHandler } from '#functions/plans/set-participant.ts';
import { handler as terminatePlanHandler } from '#functions/plans/terminate-plan.ts';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { listContributionLimits, reverseContribution } from '#plans/contributions/contributions.routes.ts';
import { explainPlan } from '#plans/explain/explain.routes.ts';
import { getParticipant, setParticipant } from '#plans/participants/participants.routes.ts';
import { terminatePlan } from '#plans/plan-end.routes.ts';
import { getPlanVesting } from '#plans/plan-vesting.routes.ts';
import { getPlan } from '#plans/plans.routes.ts';
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

/** The sums that each source counts to: the deferrals of a year, Roth among them, all additions, and what the employee owns of 100.00 at once. */
const SOURCES: readonly [string, { deferred: bigint; roth: bigint; added: bigint; owned: string }][] = [
  ['EMPLOYEE', { deferred: 10_000n, roth: 0n, added: 0n, owned: '100.00' }],
  ['ROTH', { deferred: 10_000n, roth: 10_000n, added: 0n, owned: '100.00' }],
  ['AFTER_TAX', { deferred: 0n, roth: 0n, added: 10_000n, owned: '100.00' }],
  ['EMPLOYER', { deferred: 0n, roth: 0n, added: 10_000n, owned: '0.00' }],
  ['SAFE_HARBOR', { deferred: 0n, roth: 0n, added: 10_000n, owned: '100.00' }],
  ['ROLLOVER', { deferred: 0n, roth: 0n, added: 0n, owned: '100.00' }],
];

test('every source is one of these', () => {
  expect(SOURCES.map(([source]) => source).sort()).toEqual([...CONTRIBUTION_SOURCES].sort());
});

test.each(SOURCES)('money from %s vests, and counts, as its source says', async (source, expected) => {
  const id = await newPlan({ vesting_schedule: { type: 'cliff', cliff_months: 600 } });
  const sums = async () =>
    (
      await database.admin.query(
        `select employee_amount as deferred, roth_amount as roth, employer_amount as added from contribution_years
         where tenant_id = $1 and employee_id = $2 and year = 2026`,
        [globex.id, `emp-${employees}`],
      )
    ).rows;
  const entered = await contribute(globex, id, { amount: '100', source, effective_date: '2026-01-31' });
  expect(entered).toMatchObject({ status: 201, body: { source, balance_after: '100.00' } });
  const { owned, ...counted } = expected;
  expect(await sums()).toEqual([counted]);
  const at = { as: globex.as('ADMIN'), params: { id } };
  expect((await call(getPlanHandler, getPlan, at)).body).toMatchObject({
    balance: '100.00',
    available: owned,
  });
  const vesting = await call(getPlanVestingHandler, getPlanVesting, {
    ...at,
    query: { as_of: '2026-02-01' },
  });
  expect(vesting.body.vested).toBe(owned);
  const ahead = { amount: '1', source, effective_date: addDays(dayOf(new Date()), 20) };
  expect((await contribute(globex, id, ahead)).status).toBe(201);
  expect((await call(getPlanHandler, getPlan, at)).body).toMatchObject({ pending: '1.00', available: owned });
  const taken = await call(reverseHandler, reverseContribution, {
    ...{ as: globex.as('OPS'), params: { id, contribution_id: entered.body.id } },
  });
  expect(taken.status).toBe(201);
  const [left] = await sums();
  const later = ahead.effective_date.startsWith('2026') ? 100n : 0n;
  expect(left).toEqual(
    Object.fromEntries(Object.entries(counted).map(([name, sum]) => [name, sum === 0n ? 0n : later])),
  );
  const espp = await newPlan({ plan_type: 'ESPP' });
  const other = await contribute(globex, espp, { amount: '1', source });
  if (source === 'EMPLOYEE' || source === 'EMPLOYER') expect(other.status).toBe(201);
  else
    expect(other).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/source', code: 'not-of-plan' }] },
    });
});

test.each([
  ['ESPP', 'USD', '2026-02-01', '25000.00'],
  ['ESPP', 'USD', '2019-02-01', '25000.00'],
  ['401K', 'USD', '2023-02-01', '22500.00'],
  ['401K', 'USD', '2015-02-01', '18000.00'],
  // Nothing is known of these, and the explanation says so.
  ['401K', 'USD', '2014-02-01', undefined],
  ['401K', 'EUR', '2026-02-01', undefined],
  ['ESPP', 'EUR', '2026-02-01', undefined],
] as const)(
  'a %s in %s on %s takes %s of the employee, or what is entered where no limit is known',
  async (plan_type, currency, day, most) => {
    const id = await newPlan({ plan_type, currency, enrolled_on: '2014-01-01' });
    const put = (amount: string) => contribute(globex, id, { amount, currency, effective_date: day });
    expect((await put(most ?? '99999.00')).status).toBe(201);
    expect(await put('0.01')).toMatchObject(
      most === undefined
        ? { status: 201 }
        : { status: 422, body: { errors: [{ pointer: '/amount', code: 'employee-deferral-limit' }] } },
    );
    const explained = await call(explainHandler, explainPlan, {
      ...{ as: globex.as('ADMIN'), params: { id }, query: { as_of: `${day.slice(0, 4)}-12-31` } },
    });
    expect(explained.body.limits.known, explained.text).toBe(most !== undefined);
  },
);

test('the catch-up of whoever earned more than the wage limit in the year before must be Roth', async () => {
  const id = await newPlan();
  const employee = { as: globex.as('OPS'), params: { employee: `emp-${employees}` } };
  const set = (wages: object[]) =>
    call(setParticipantHandler, setParticipant, {
      ...employee,
      body: { date_of_birth: '1970-01-01', wages },
    });
  const rich = [
    { year: 2024, amount: '90000.00' },
    { year: 2025, amount: '150000.01' },
  ];
  expect((await set([...rich, { year: 2025, amount: '1' }])).status).toBe(422);
  expect((await set(rich)).body).toMatchObject({ wages: rich });
  const put = (amount: string, source: string) =>
    contribute(globex, id, { amount, source, effective_date: '2026-03-31' });
  expect((await put('24500', 'EMPLOYEE')).status).toBe(201);
  expect((await put('1', 'EMPLOYEE')).body).toMatchObject({
    ...problem('contribution-limit-exceeded'),
    errors: [{ pointer: '/amount', code: 'roth-catch-up-required' }],
  });
  expect((await put('8000', 'ROTH')).status).toBe(201);
  expect((await put('1', 'ROTH')).body).toMatchObject({ errors: [{ code: 'employee-deferral-limit' }] });
  const { rows } = await database.admin.query(
    `select payload::text as payload from audit_log where action = 'participant.set'`,
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { payload } of rows) expect(payload).not.toContain('150000');
});

/** People, each with what they and their employer have put into the year. */
const YEARS: Record<
  string,
  { born?: string; wages?: string; used: readonly [source: string, amount: string][] }
> = {
  'nothing yet': { used: [] },
  'a part, at 40': {
    born: '1986-01-01',
    used: [
      ['EMPLOYEE', '20000.50'],
      ['ROTH', '1000'],
    ],
  },
  'the deferral limit, at 50': { born: '1976-12-31', used: [['EMPLOYEE', '24500']] },
  'everything, at 61': { born: '1965-05-01', used: [['ROTH', '35750']] },
  'before tax, of high earners': { born: '1970-01-01', wages: '150000.01', used: [['EMPLOYEE', '24000']] },
  'Roth, of high earners': {
    born: '1970-01-01',
    wages: '150000.01',
    used: [
      ['ROTH', '5000'],
      ['EMPLOYEE', '24500'],
    ],
  },
  'all additions, at 40': {
    born: '1986-01-01',
    used: [
      ['EMPLOYER', '60000'],
      ['EMPLOYEE', '11999.99'],
    ],
  },
  'additions, with a catch-up': {
    born: '1970-01-01',
    used: [
      ['AFTER_TAX', '40000'],
      ['EMPLOYEE', '26000'],
      ['ROLLOVER', '999999'],
    ],
  },
};

test.each(Object.entries(YEARS))(
  'an explanation says what is left of each source: %s',
  async (_, { born, wages, used }) => {
    const id = await newPlan(born === undefined ? {} : { date_of_birth: born });
    if (wages !== undefined)
      await call(setParticipantHandler, setParticipant, {
        ...{ as: globex.as('OPS'), params: { employee: `emp-${employees}` } },
        body: { date_of_birth: born, wages: [{ year: 2025, amount: wages }] },
      });
    const put = (amount: string, source: string) =>
      contribute(globex, id, { amount, source, effective_date: '2026-03-31' });
    for (const [source, amount] of used) {
      const { status, text } = await put(amount, source);
      expect(status, text).toBe(201);
    }
    const ask = async () =>
      (
        await call(explainHandler, explainPlan, {
          as: globex.as('ADMIN'),
          params: { id },
          query: { as_of: '2026-12-31' },
        })
      ).body.limits;
    const limits = await ask();
    expect(limits).toMatchObject({ year: 2026, known: true });
    expect(limits.rules).toContainEqual({
      kind: 'TOTAL_ADDITIONS',
      year: 2026,
      amount: '72000.00',
      source: expect.stringContaining('2025-67'),
    });
    expect(limits.left.map(({ source }: { source: string }) => source)).toEqual(CONTRIBUTION_SOURCES);
    const minor = (amount: string) => BigInt(amount.replace('.', ''));
    const sums = (
      await database.admin.query(
        `select employee_amount + employer_amount as counted from contribution_years where tenant_id = $1 and employee_id = $2 and year = 2026`,
        [globex.id, `emp-${employees}`],
      )
    ).rows;
    const entries = limits.entries.filter(({ source }: { source: string }) => source !== 'ROLLOVER');
    expect(entries.reduce((sum: bigint, { amount }: { amount: string }) => sum + minor(amount), 0n)).toBe(
      sums[0]?.counted ?? 0n,
    );
    // The rule lets through what is left, and a cent more is refused by the limit that the answer names.
    for (const { source, amount, reached } of limits.left) {
      if (source === 'ROLLOVER') expect([amount, reached]).toEqual([null, null]);
      if (amount === null) continue;
      const over = minor(amount) === 0n ? undefined : await put(amount, source);
      if (over !== undefined) {
        expect(over.status, over.text).toBe(201);
        await call(reverseHandler, reverseContribution, {
          as: globex.as('OPS'),
          params: { id, contribution_id: over.body.id },
        });
      }
      const more = minor(amount) + 1n;
      const refused = await put(`${more / 100n}.${String(more % 100n).padStart(2, '0')}`, source);
      expect(refused.status, `${source} ${refused.text}`).toBe(422);
      expect(refused.body.detail).toContain(`is ${reached.allowed} USD: ${reached.used} USD is used`);
    }
    expect(await ask()).toEqual({ ...limits, entries: expect.anything() });
  },
);

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
