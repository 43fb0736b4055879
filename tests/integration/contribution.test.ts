import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as getContributionHandler } from '#functions/plans/get-contribution.ts';
import { handler as getPlanHandler } from '#functions/plans/get-plan.ts';
import { handler as listContributionsHandler } from '#functions/plans/list-contributions.ts';
import { handler as reverseHandler } from '#functions/plans/reverse-contribution.ts';
import { handler as terminatePlanHandler } from '#functions/plans/terminate-plan.ts';
import { addDays, DAY_MS, dayOf } from '#kernel/calendar.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { LOCKS } from '#kernel/locks.ts';
import {
  getContribution,
  listContributions,
  reverseContribution,
} from '#plans/contributions/contributions.routes.ts';
import { record } from '#plans/contributions/record-contribution.ts';
import { planLock } from '#plans/plan.repository.ts';
import { terminatePlan } from '#plans/plan-end.routes.ts';
import { getPlan } from '#plans/plans.routes.ts';
import { type SerializableTx, type TenantTx, tenantTx } from '#platform/db/tenant-tx.ts';
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

const planOf = async (id: string) =>
  (await call(getPlanHandler, getPlan, { as: globex.as('ADMIN'), params: { id } })).body;
/** Pays money out, as an order of a distribution does. */
const payOut = (id: string, minor: number) =>
  database.admin.query(
    `update plans set distributed = $2 where id = $1 and set_config('app.tenant_id', $3, false) is not null`,
    [id, minor, globex.id],
  );
const reverse = (id: string, contribution_id: string) =>
  call(reverseHandler, reverseContribution, { as: globex.as('OPS'), params: { id, contribution_id } });

/** The plan's books, each of which must say the same. */
async function books(planId: string): Promise<Record<string, unknown>> {
  const { rows } = await database.admin.query(
    `select p.balance,
       (select coalesce(sum(amount), 0)::bigint from contributions c where c.plan_id = p.id) as contributions,
       (select coalesce(sum(amount), 0)::bigint from transactions t where t.plan_id = p.id and t.status = 'SETTLED') as transactions,
       (select coalesce(sum(case when credit_account = 'PLAN_OBLIGATIONS' then j.amount else -j.amount end), 0)::bigint
         from journal j join transactions t on t.tenant_id = j.tenant_id and t.id = j.transaction_id
         where t.plan_id = p.id) as owed,
       (select coalesce(sum(employee_amount + employer_amount), 0)::bigint
         from contribution_years y where y.employee_id = p.employee_id and y.plan_type = p.plan_type) as years,
       (select count(*) from contributions c where c.plan_id = p.id) as entries
     from plans p where p.id = $1`,
    [planId],
  );
  return rows[0];
}

describe('a contribution', () => {
  test('moves the balance, and can be read again', async () => {
    const id = await newPlan();
    const first = await contribute(globex, id, { amount: '125.50' });
    expect(first).toMatchObject({
      status: 201,
      body: {
        plan_id: id,
        amount: '125.50',
        currency: 'USD',
        source: 'EMPLOYEE',
        effective_date: dayOf(new Date()),
        balance_after: '125.50',
        transaction_id: expect.any(String),
        reverses: null,
      },
    });
    expect(first.header('location')).toBe(`/api/plans/${id}/contributions/${first.body.id}`);
    const second = await contribute(
      globex,
      id,
      '{"amount": 0.10, "source": "EMPLOYER", "effective_date": "2026-01-31"}',
    );
    expect(second.body).toMatchObject({ amount: '0.10', source: 'EMPLOYER', balance_after: '125.60' });
    expect(await planOf(id)).toMatchObject({ balance: '125.60', vested_balance: '125.60', version: 3 });
    const as = globex.as('EMPLOYEE', `emp-${employees}`);
    const list = await call(listContributionsHandler, listContributions, { as, params: { id } });
    expect(list.body).toEqual({ data: [first.body, second.body], next_cursor: null });
    const one = await call(getContributionHandler, getContribution, {
      as,
      params: { id, contribution_id: first.body.id },
    });
    expect(one.body).toEqual(first.body);
    expect(await books(id)).toEqual({
      balance: 12_560n,
      contributions: 12_560n,
      transactions: 12_560n,
      owed: 12_560n,
      years: 12_560n,
      entries: 2n,
    });
  });

  test('is entered once for a key, also after its stored answer is gone', async () => {
    const id = await newPlan();
    const key = randomUUID();
    const first = await contribute(globex, id, { amount: '10' }, key);
    const again = await contribute(globex, id, { amount: '10' }, key);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.header('idempotency-replayed')).toBe('true');
    await database.admin.query('delete from idempotency_keys');
    expect(await contribute(globex, id, { amount: '10' }, key)).toMatchObject({
      status: 409,
      body: problem('contribution-key-used'),
    });
    expect((await planOf(id)).balance).toBe('10.00');
  });

  test('audits once, as the plan’s', async () => {
    const id = await newPlan();
    await contribute(globex, id, { amount: '10' });
    const { rows } = await database.admin.query(
      `select action, payload from audit_log where resource = $1 order by ts desc limit 1`,
      [`plans/${id}`],
    );
    expect(rows).toMatchObject([
      { action: 'contribution.recorded', payload: { amount: '10', source: 'EMPLOYEE' } },
    ]);
  });

  const bad: [string, unknown, string?][] = [
    ['0', { amount: '0' }],
    ['0.00', { amount: '0.00' }],
    ['a negative amount', { amount: '-1' }],
    ['a negative number', '{"amount": -1}'],
    ['three decimals in USD', { amount: '1.001' }],
    ['three decimals as a number', '{"amount": 1.001}'],
    ['19 digits', { amount: '1234567890123456789' }],
    ['19 digits as a number', '{"amount": 1234567890123456789}'],
    ['an exponent', '{"amount": 1e2}'],
    ['no amount', {}],
    ['text', { amount: 'ten' }],
    ['another currency', { amount: '1', currency: 'EUR' }, '/currency'],
    ['no currency', { amount: '1', currency: 'usd' }, '/currency'],
    ['an unknown source', { amount: '1', source: 'BANK' }, '/source'],
    ['a day before enrolment', { amount: '1', effective_date: '2024-12-31' }, '/effective_date'],
    ['a day far ahead', { amount: '1', effective_date: addDays(dayOf(new Date()), 32) }, '/effective_date'],
    ['a day that never was', { amount: '1', effective_date: '2025-02-29' }, '/effective_date'],
    ['a foreign field', { amount: '1', plan_id: uuidV7() }, '/plan_id'],
  ];
  test.each(bad)('of %s is refused', async (_, body, pointer = '/amount') => {
    const id = await newPlan();
    const answer = await contribute(globex, id, body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe(pointer);
    expect(await books(id)).toMatchObject({ balance: 0n, entries: 0n, owed: 0n });
  });

  test('in a currency without decimals', async () => {
    const id = await newPlan({ plan_type: 'ESPP', currency: 'JPY' });
    expect(await contribute(globex, id, { amount: '1000' })).toMatchObject({
      status: 201,
      body: { amount: '1000' },
    });
    expect(await contribute(globex, id, { amount: '1000.5' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/amount', code: 'too-many-decimals' }] },
    });
  });

  test('to no plan, another’s plan or a terminated one is refused', async () => {
    const other = await insertTestTenant(database.admin, 'SPONSOR');
    const id = await newPlan();
    const [unknown, foreign] = [
      await contribute(globex, uuidV7(), { amount: '1' }),
      await contribute(other, id, { amount: '1' }),
    ];
    expect(unknown.status).toBe(404);
    expect({ ...foreign.body, instance: '' }).toEqual({ ...unknown.body, instance: '' });
    const body = { terminated_on: '2025-06-30' };
    await call(terminatePlanHandler, terminatePlan, { as: globex.as('ADMIN'), params: { id }, body });
    expect(await contribute(globex, id, { amount: '1' })).toMatchObject({
      status: 409,
      body: problem('plan-terminated'),
    });
    expect(await books(id)).toMatchObject({ balance: 0n, entries: 0n, owed: 0n, years: 0n });
  });
});

test('meets none to another plan, however few the rows that there are', async () => {
  const [id, other] = [await newPlan({ plan_type: 'ESPP' }), await newPlan({ plan_type: 'ESPP' })];
  await database.admin.query('analyze');
  const actor = { ...globex.as('ADMIN'), requestId: 'test' };
  const enter = (planId: string, meanwhile?: () => Promise<unknown>) => {
    const entry = {
      ...{
        id: uuidV7(),
        planId,
        source: 'EMPLOYEE' as const,
        amountMinor: 100n,
        effectiveDate: '2026-01-31',
      },
      ...{ idempotencyKey: undefined, reverses: undefined },
    };
    const work = async (tx: TenantTx) => {
      const { id } = await record(tx as SerializableTx, entry);
      await meanwhile?.();
      return id;
    };
    return tenantTx(actor, work, {
      isolation: 'serializable',
      lockFirst: planLock(planId),
      audit: () => ({ action: 'contribution.recorded', resource: `plans/${planId}`, payload: {} }),
      // A conflict is an error.
      retryForMs: 0,
    });
  };
  await enter(id, () => enter(other));
  expect(await books(id)).toMatchObject({ balance: 100n, entries: 1n });
  expect(await books(other)).toMatchObject({ balance: 100n, entries: 1n });
});

test('that can’t get the lock in time is answered 503, and records nothing', async () => {
  const id = await newPlan();
  const holder = await database.connectAsApp();
  await holder.query('select pg_advisory_lock(hashtextextended($1, $2))', [planLock(id), LOCKS.named]);
  const answer = await contribute(globex, id, { amount: '1' });
  await holder.end();
  expect(answer).toMatchObject({ status: 503, body: problem('temporarily-unavailable') });
  expect(answer.header('retry-after')).toBe('2');
  expect((await contribute(globex, id, { amount: '2' })).body).toMatchObject({ balance_after: '2.00' });
});

test('dated ahead is pending: it is no part of the balance until its day, and is not paid out', async () => {
  const id = await newPlan();
  const ahead = addDays(dayOf(new Date()), 31);
  expect((await contribute(globex, id, { amount: '10' })).status).toBe(201);
  for (const source of ['EMPLOYEE', 'EMPLOYER'])
    expect(
      (await contribute(globex, id, { amount: '1000', source, effective_date: ahead })).body,
    ).toMatchObject({
      effective_date: ahead,
    });
  expect(await planOf(id)).toMatchObject({
    balance: '10.00',
    pending: '2000.00',
    vested_balance: '10.00',
    available: '10.00',
  });
  await expect(payOut(id, 1_001)).rejects.toMatchObject({ constraint: 'plans_distributed_at_most_vested' });
  await payOut(id, 1_000);
  expect(await planOf(id)).toMatchObject({ balance: '0.00', pending: '2000.00', available: '0.00' });
  process.env.VESTRY_CLOCK_AHEAD_MS = String(31 * DAY_MS);
  try {
    expect(await planOf(id)).toMatchObject({ balance: '2000.00', pending: '0.00', available: '2000.00' });
  } finally {
    delete process.env.VESTRY_CLOCK_AHEAD_MS;
  }
});

test('of many at once, each follows the one before it in the list, as its balance does', async () => {
  const id = await newPlan();
  const amounts = Array.from({ length: 24 }, (_, index) => String(index + 1));
  await Promise.all(amounts.map((amount) => contribute(globex, id, { amount })));
  const { body } = await call(listContributionsHandler, listContributions, {
    as: globex.as('ADMIN'),
    params: { id },
    query: { limit: '50' },
  });
  let balance = 0;
  for (const { amount, balance_after } of body.data) {
    balance += Number(amount);
    expect(Number(balance_after)).toBe(balance);
  }
  expect(balance).toBe(300);
});

describe('a reversal', () => {
  test('takes a contribution back, once', async () => {
    const id = await newPlan();
    const kept = await contribute(globex, id, { amount: '1' });
    const wrong = await contribute(globex, id, { amount: '24000', effective_date: '2026-03-31' });
    expect(await contribute(globex, id, { amount: '600', effective_date: '2026-04-30' })).toMatchObject({
      status: 422,
    });
    const taken = await reverse(id, wrong.body.id);
    expect(taken).toMatchObject({
      status: 201,
      body: {
        amount: '-24000.00',
        reverses: wrong.body.id,
        effective_date: '2026-03-31',
        balance_after: '1.00',
      },
    });
    expect(await reverse(id, wrong.body.id)).toMatchObject({
      status: 409,
      body: problem('contribution-reversed'),
    });
    expect(await reverse(id, taken.body.id)).toMatchObject({ status: 409 });
    expect(await books(id)).toEqual({
      balance: 100n,
      contributions: 100n,
      transactions: 100n,
      owed: 100n,
      years: 100n,
      entries: 3n,
    });
    expect((await contribute(globex, id, { amount: '600', effective_date: '2026-04-30' })).status).toBe(201);
    expect((await reverse(id, uuidV7())).status).toBe(404);
    expect((await reverse(await newPlan(), kept.body.id)).status).toBe(404);
  });

  test('of ten at once, one takes it back', async () => {
    const id = await newPlan();
    const { body } = await contribute(globex, id, { amount: '10' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => reverse(id, body.id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
    expect(await books(id)).toMatchObject({ balance: 0n, entries: 2n });
  });

  test('of what has been paid out is refused', async () => {
    const id = await newPlan();
    const { body } = await contribute(globex, id, { amount: '10' });
    await payOut(id, 1);
    // Money that is still to come does not stand in for it.
    const ahead = addDays(dayOf(new Date()), 31);
    expect((await contribute(globex, id, { amount: '50', effective_date: ahead })).status).toBe(201);
    expect(await reverse(id, body.id)).toMatchObject({
      status: 422,
      body: problem('vested-balance-exceeded'),
    });
    expect(await books(id)).toMatchObject({ contributions: 6_000n, entries: 2n });
  });
});
