import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as jobs from '#dividends/dividends.jobs.ts';
import { runDividend } from '#dividends/run-dividend.ts';
import { handler as moveHandler } from '#functions/identity/move-clock.ts';
import { handler as listExecutionsHandler } from '#functions/operations/list-executions.ts';
import { handler as applySplits } from '#functions/scheduled/apply-splits.ts';
import { handler as payDividend } from '#functions/workers/pay-dividend.ts';
import { moveClock } from '#identity/clock/clock.routes.ts';
import { addDays, dayOf } from '#kernel/calendar.ts';
import type { TenantId } from '#kernel/ids.ts';
import { listExecutions } from '#operations/operations.routes.ts';
import { reconcileStuckPayments } from '#payments/execution/reconcile-payments.ts';
import { releaseToBank } from '#payments/execution/release-payment.ts';
import { listStuckWork } from '#payments/execution/stuck-work.ts';
import { orderEntitlements } from '#payments/runs/payment-run.ts';
import { BLOCKED_REASONS } from '#payments/runs/payment-runs.routes.ts';
import { encodeCursor } from '#platform/db/cursor.ts';
import { logger } from '#platform/observability/logger.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { Dividends } from '#tests/support/dividends.ts';
import { ORIGINATOR } from '#tests/support/originator.ts';
import { magic, Payments, verifiedHolder } from '#tests/support/payment-client.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { insertPositionChange } from '#tests/support/position-change.ts';
import { drain } from '#tests/support/queue-driver.ts';
import { Register } from '#tests/support/register.ts';
import { call, testContext } from '#tests/support/request.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let world: PaymentsWorld;
let acme: TestTenant;
let ops: Payments;
let dividends: Dividends;

beforeAll(async () => {
  world = await paymentsWorld();
  acme = await insertTestTenant(world.database.admin, 'ISSUER');
  ops = new Payments(acme.as('OPS'));
  dividends = new Dividends(acme.as('OPS'));
});
afterAll(() => world.close());

/** A dividend as its run leaves it, with a pending payment for each holder. */
async function pendingDividend(
  holders: readonly string[],
  amount = 500,
  payableIn = 0,
  { tenant = acme, currency = 'USD', exponent = 2, withheld = 0 } = {},
): Promise<{ id: string; payments: string[] }> {
  const client = await world.database.admin.connect();
  try {
    await client.query('set session_replication_role = replica');
    const id = randomUUID();
    await client.query(
      `insert into dividends (tenant_id, id, state, security_class, currency, exponent, rate_per_share, declaration_date, record_date,
         payable_date, holders, total_amount, residual, snapshot_sha256, positions_known_at, idempotency_key, withheld_amount)
       values ($1, $2, 'PENDING', 'COMMON', $7, $8, 1, current_date, current_date, current_date + $6::integer, $3, $4, 0, repeat('0', 64), now(), $5, $9)`,
      [
        ...[tenant.id, id, holders.length, (amount + withheld) * holders.length, randomUUID(), payableIn],
        ...[currency, exponent, withheld * holders.length],
      ],
    );
    const payments: string[] = [];
    for (const holder of holders) {
      const { rows } = await client.query(
        `insert into transactions (tenant_id, type, amount, currency, shareholder_id, dividend_id, withheld, withholding, withholding_rate)
         values ($1, 'DIVIDEND', $2, $5, $3, $4, $6::bigint, case when $6::bigint > 0 then 'BACKUP' end, case when $6::bigint > 0 then 24 end) returning id`,
        [tenant.id, amount, holder, id, currency, withheld],
      );
      payments.push(rows[0].id);
      await client.query(
        `insert into dividend_lines (tenant_id, dividend_id, shareholder_id, holdings, amount, transaction_id, withheld, withholding, withholding_rate)
         select $1, $2, $3, 5, $4::bigint, id, withheld, withholding, withholding_rate from transactions where id = $5`,
        [tenant.id, id, holder, amount + withheld, rows[0].id],
      );
    }
    return { id, payments };
  } finally {
    await client.query('set session_replication_role = origin');
    client.release();
  }
}

async function holders(...last4: string[]): Promise<string[]> {
  const all: string[] = [];
  for (const digits of last4)
    all.push((await verifiedHolder(world.database.admin, acme.id, ops, magic(digits))).id);
  return all;
}

/** The state of a dividend once the run has looked at it: the last payments may end at once, and each see the other as open. */
async function closedStateOf(id: string): Promise<string> {
  await runDividend(systemActor(acme.id as TenantId, 'test', jobs.runDividend), id, dayOf(new Date()));
  return stateOf(id);
}

const stateOf = async (id: string): Promise<string> =>
  (await world.database.admin.query('select state from dividends where id = $1', [id])).rows[0].state;

test('one payment of a dividend: the dividend is being paid, and paid with its last', async () => {
  const { id, payments } = await pendingDividend(await holders('0000', '0000'));
  const [first = '', second = ''] = payments;
  expect((await ops.order({ transaction_id: first, amount: '6' })).status).toBe(422);
  expect((await ops.order({ transaction_id: first, currency: 'EUR' })).body.type).toBe(
    '/problems/currency-mismatch',
  );
  const ordered = await ops.order({ transaction_id: first, amount: '5.00', currency: 'USD' });
  expect(ordered).toMatchObject({ status: 202, body: { id: first, type: 'DIVIDEND' } });
  expect(await ops.order({ transaction_id: first })).toMatchObject({
    status: 409,
    body: { type: '/problems/payment-ordered' },
  });
  await ops.until(first, 'SETTLED');
  expect(await stateOf(id)).toBe('PAYING');
  await ops.order({ transaction_id: second });
  await ops.until(second, 'SETTLED');
  await expect.poll(() => closedStateOf(id), { timeout: 10_000 }).toBe('PAID');
});

test('of twenty concurrent orders of one payment of a dividend, each with its own key, one succeeds', async () => {
  const { payments } = await pendingDividend(await holders('0000'));
  const [payment = ''] = payments;
  const answers = await Promise.all(Array.from({ length: 20 }, () => ops.order({ transaction_id: payment })));
  expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array(19).fill(409)]);
  await ops.until(payment, 'SETTLED');
  const { rows } = await world.database.admin.query(
    'select id from mock_bank_payments where reference = $1',
    [payment],
  );
  expect(rows).toHaveLength(1);
});

test('adjustments are paid by the runs of their dividend, and what they took back is not', async () => {
  const [less = '', failing = '', missed = ''] = await holders('0000', '0102', '0000');
  const { id, payments } = await pendingDividend([less, failing]);
  const adjust = async (shareholder_id: string, amount: string) =>
    approved(
      acme,
      await dividends.adjust(id, { shareholder_id, amount, reason: 'A transfer was lodged late.' }),
    );
  const paymentOf = async (holder: string): Promise<string> => {
    const { data } = (await dividends.lines(id)).body;
    const [line] = data.filter((one: Line) => one.shareholder_id === holder && one.adjustment !== undefined);
    return line.transaction_id;
  };
  await adjust(missed, '3.00');
  await adjust(less, '-1.50');
  expect((await ops.disburseDividend(id)).status).toBe(202);
  await ops.until(await paymentOf(missed), 'SETTLED');
  expect(await ops.until(await paymentOf(less), 'SETTLED')).toMatchObject({
    amount: '3.50',
    type: 'DIVIDEND',
  });
  await ops.until(payments[1] ?? '', 'FAILED');
  expect((await ops.get(payments[0] ?? '')).body).toMatchObject({
    status: 'FAILED',
    return_code: 'ADJUSTED',
  });
  // A part of what has failed is taken back: neither kind of run pays all of it again.
  await adjust(failing, '-2.00');
  await ops.addAccount(failing, { account_number: magic('0000') });
  await expect.poll(async () => (await ops.progress(id)).body.state, { timeout: 30_000 }).toBe('DONE');
  expect((await ops.disburseDividend(id, { only: 'UNPAID' })).status).toBe(202);
  await expect
    .poll(async () => (await ops.progress(id)).body, { timeout: 30_000 })
    .toMatchObject({ state: 'DONE', ordered: 3, never_ordered: 1 });
  expect((await ops.disburseDividend(id)).status).toBe(202);
  expect(await ops.until(await paymentOf(failing), 'SETTLED')).toMatchObject({ amount: '3.00' });
  await expect.poll(() => closedStateOf(id), { timeout: 10_000 }).toBe('PAID');
  expect((await dividends.get(id)).body).toMatchObject({
    ...{ entitled_amount: '9.50', paid_amount: '9.50', unpaid_amount: '0.00', adjusted_amount: '-0.50' },
    reconciled: true,
  });
});

test('the cash for the fractions of a split is paid like a dividend, and then the split stands', async () => {
  const issuer = await insertTestTenant(world.database.admin, 'ISSUER');
  const [payments, register] = [new Payments(issuer.as('OPS')), new Register(issuer.as('OPS'))];
  const { id: holder } = await verifiedHolder(world.database.admin, issuer.id, payments, magic('0000'));
  const client = await world.database.connectAsApp();
  await client.query(`select set_config('app.tenant_id', $1, false)`, [issuer.id]);
  await client.query('begin');
  const change = await insertPositionChange(client, { effective_date: addDays(dayOf(new Date()), -10) });
  await client.query(
    'update shareholders set holdings = 7, position_change_id = $2, version = version + 1 where id = $1',
    [holder, change],
  );
  await client.query('commit');
  await client.end();
  const today = dayOf(new Date());
  const waiting = await register.split({
    ...{ kind: 'SPLIT', numerator: 1, denominator: 4, fractions: 'CASH', effective_date: today },
    ...{ price_per_share: '10', currency: 'USD', payable_date: today },
  });
  await approved(issuer, waiting);
  const { id } = waiting.body.subject;
  await applySplits({ id: randomUUID(), time: new Date().toISOString() }, testContext(600_000));
  const { dividend_id } = (await register.action(id)).body;
  const actor = systemActor(issuer.id as TenantId, 'test', jobs.runDividend);
  await runDividend(actor, dividend_id, today);
  await drain(world.aws, 'dividends', payDividend);
  const reversal = await register.reverseAction(id);
  expect(reversal.status, 'nothing of it is ordered yet').toBe(202);
  expect((await payments.disburseDividend(dividend_id)).status).toBe(202);
  const ofIssuer = new Dividends(issuer.as('OPS'));
  const [line] = (await ofIssuer.lines(dividend_id)).body.data;
  expect(await payments.until(line.transaction_id, 'SETTLED')).toMatchObject({
    ...{ amount: '7.50', type: 'DIVIDEND' },
  });
  const late = await new Approvals(issuer.as('COMPLIANCE')).approve(reversal.body.id);
  expect([late.status, late.body.type]).toEqual([409, '/problems/corporate-action-not-reversible']);
  expect(late.body.detail).toContain(dividend_id);
  expect((await register.get(holder)).body.holdings).toBe('1');
  expect((await ofIssuer.get(dividend_id)).body).toMatchObject({
    ...{ paid_amount: '7.50', unpaid_amount: '0.00', reconciled: true },
  });
});

interface Line {
  readonly shareholder_id: string;
  readonly adjustment?: object;
}

test('all payments of a dividend: holders without papers are passed over, and paid when they have them', async () => {
  const [good = '', failing = '', late = '', without = ''] = await holders('0000', '0102', '0000', '0000');
  await world.database.admin.query(
    `update shareholders set kyc_status = 'PENDING', version = version + 1 where id = $1`,
    [late],
  );
  await world.database.admin.query('update bank_accounts set status = $2 where shareholder_id = $1', [
    without,
    'BLOCKED',
  ]);
  const { id, payments } = await pendingDividend([good, failing, late, without]);
  const begun = await ops.disburseDividend(id);
  expect(begun).toMatchObject({ status: 202, body: { dividend_id: id, state: 'RUNNING' } });
  await expect
    .poll(async () => (await ops.progress(id)).body, { timeout: 30_000 })
    .toMatchObject({
      state: 'DONE',
      ordered: 2,
      without_kyc: 1,
      without_account: 1,
      settled: 1,
      failed: 1,
      pending: 2,
    });
  expect(await stateOf(id)).toBe('PAYING');
  await world.database.admin.query(
    `update shareholders set kyc_status = 'VERIFIED', version = version + 1 where id = $1`,
    [late],
  );
  await world.database.admin.query(`update bank_accounts set status = 'ACTIVE' where shareholder_id = $1`, [
    without,
  ]);
  expect((await ops.disburseDividend(id)).status).toBe(202);
  await ops.until(payments[2] ?? '', 'SETTLED');
  await ops.until(payments[3] ?? '', 'SETTLED');
  expect(await dividends.get(id)).toMatchObject({
    body: { state: 'PAYING', entitled_amount: '20.00', paid_amount: '15.00', unpaid_amount: '5.00' },
  });
  // A failed payment is still owed, and is paid by a transaction of its own once there is an account.
  await ops.addAccount(failing, { account_number: magic('0000') });
  const again = await ops.order({ transaction_id: payments[1] ?? '' });
  expect(again).toMatchObject({
    status: 202,
    body: { type: 'DISBURSE', amount: '5.00', shareholder_id: failing },
  });
  await ops.until(again.body.id, 'SETTLED');
  expect((await ops.get(payments[1] ?? '')).body.replaced_by).toBe(again.body.id);
  await expect.poll(() => closedStateOf(id), { timeout: 10_000 }).toBe('PAID');
  expect(await dividends.get(id)).toMatchObject({ body: { paid_amount: '20.00', unpaid_amount: '0.00' } });
});

/** Brings about each reason for which one holder among others can't be paid. */
const BLOCKING: Readonly<Record<Exclude<(typeof BLOCKED_REASONS)[number], 'CURRENCY_NOT_PAYABLE'>, string>> =
  {
    KYC_UNVERIFIED: `update shareholders set kyc_status = 'UNVERIFIED' where id = $1`,
    KYC_PENDING: `update shareholders set kyc_status = 'PENDING' where id = $1`,
    KYC_REJECTED: `update shareholders set kyc_status = 'REJECTED' where id = $1`,
    NO_ACCOUNT: 'delete from bank_accounts where shareholder_id = $1',
    ACCOUNT_AWAITING_APPROVAL: `update bank_accounts set approval = 'REQUIRED' where shareholder_id = $1`,
    ACCOUNT_AWAITING_PRENOTE: `update bank_accounts set prenote = 'WAITING' where shareholder_id = $1`,
    ACCOUNT_COOLING_OFF: `update bank_accounts set usable_from = '2999-12-31T00:00:00Z' where shareholder_id = $1`,
    ACCOUNT_CLOSED: `update bank_accounts set status = 'BLOCKED', status_reason = 'R02' where shareholder_id = $1`,
  };

test('whom a dividend can’t be paid to is told by name, with all reasons, and is whom the run passes over', async () => {
  const reasons = BLOCKED_REASONS.filter((reason) => reason !== 'CURRENCY_NOT_PAYABLE');
  const all = await holders(...Array(reasons.length + 2).fill('0000'));
  const { id } = await pendingDividend(all);
  const [both = '', payable = ''] = all.slice(-2);
  const client = await world.database.admin.connect();
  try {
    await client.query('set session_replication_role = replica');
    for (const [index, reason] of reasons.entries()) await client.query(BLOCKING[reason], [all[index]]);
    for (const reason of ['KYC_PENDING', 'ACCOUNT_CLOSED'] as const)
      await client.query(BLOCKING[reason], [both]);
  } finally {
    await client.query('set session_replication_role = origin');
    client.release();
  }

  const expected = [...reasons.map((reason) => [reason]), ['KYC_PENDING', 'ACCOUNT_CLOSED']].map(
    (of, index) => ({
      ...{ shareholder_id: String(all[index]), amount: '5.00', currency: 'USD', reasons: of },
      usable_from: of[0] === 'ACCOUNT_COOLING_OFF' ? '2999-12-31T00:00:00.000Z' : null,
    }),
  );
  const byId = (rows: typeof expected) =>
    [...rows].sort((a, b) => (a.shareholder_id < b.shareholder_id ? -1 : 1));
  const { status, body } = await ops.blocked(id);
  expect(status).toBe(200);
  expect(body.data).toMatchObject(byId(expected));
  expect(body.data[0].name).toEqual(expect.any(String));
  expect(body.data.some((row: { shareholder_id: string }) => row.shareholder_id === payable)).toBe(false);
  for (const reason of reasons)
    expect((await ops.blocked(id, { reason })).body.data).toMatchObject(
      byId(expected.filter(({ reasons: of }) => of.includes(reason))),
    );
  const [first, second] = byId(expected);
  const page = (await ops.blocked(id, { limit: '1' })).body;
  expect(page.data).toMatchObject([first]);
  expect((await ops.blocked(id, { limit: '1', cursor: page.next_cursor })).body.data).toMatchObject([second]);
  expect((await ops.blocked(id, { reason: 'POOR' })).status).toBe(422);
  expect((await ops.blocked(randomUUID())).status).toBe(404);

  await ops.disburseDividend(id);
  const withoutKyc = expected.filter(({ reasons: of }) => of[0]?.startsWith('KYC')).length;
  await expect
    .poll(async () => (await ops.progress(id)).body, { timeout: 30_000 })
    .toMatchObject({
      ...{ state: 'DONE', ordered: 1, settled: 1 },
      ...{ without_kyc: withoutKyc, without_account: expected.length - withoutKyc },
    });
  expect((await ops.blocked(id)).body.data).toHaveLength(expected.length);
});

test('an entitlement that was denied, or whose payment came back, is owed until it is paid, and taxed once', async () => {
  const [first = '', second = ''] = await holders('0000', '0203');
  const { id, payments } = await pendingDividend([first, second], 5_000_000, 0, { withheld: 1_578_947 });
  const compliance = new Payments(acme.as('COMPLIANCE'));
  const [denied = '', returned = ''] = payments;
  const statuses = async () =>
    (await dividends.lines(id)).body.data
      .map(({ shareholder_id, status }: { shareholder_id: string; status: string }) => [
        shareholder_id,
        status,
      ])
      .sort(([a]: string[], [b]: string[]) => (a === first ? -1 : b === first ? 1 : 0))
      .map(([, status]: string[]) => status);
  const order = async (transaction_id: string): Promise<string> => {
    const ordered = await ops.order({ transaction_id });
    expect(ordered).toMatchObject({ status: 202, body: { approval: 'REQUIRED' } });
    return ordered.body.id;
  };
  await order(denied);
  await order(returned);
  expect((await compliance.deny(denied)).status).toBe(200);
  expect((await compliance.approve(returned)).status).toBe(200);
  await ops.until(returned, 'SETTLED');
  await expect
    .poll(async () => (await dividends.get(id)).body.returned_amount, { timeout: 20_000 })
    .toBe('50000.00');
  expect(await dividends.get(id)).toMatchObject({
    body: { state: 'PAYING', paid_amount: '0.00', unpaid_amount: '100000.00', in_flight_amount: '0.00' },
  });
  expect(await statuses()).toEqual(['DENIED', 'RETURNED']);
  const again = await order(denied);
  expect((await ops.get(again)).body).toMatchObject({ type: 'DISBURSE', repays_dividend_id: id });
  await compliance.approve(again);
  await ops.until(again, 'SETTLED');
  expect(await statuses()).toEqual(['SETTLED', 'RETURNED']);
  expect(await stateOf(id)).toBe('PAYING');
  await ops.addAccount(second, { account_number: magic('0000') });
  const last = await order(returned);
  await compliance.approve(last);
  await ops.until(last, 'SETTLED');
  await expect.poll(() => closedStateOf(id), { timeout: 10_000 }).toBe('PAID');
  expect(await dividends.get(id)).toMatchObject({
    body: {
      ...{
        entitled_amount: '131578.94',
        tax_amount: '31578.94',
        paid_amount: '100000.00',
        unpaid_amount: '0.00',
      },
      ...{ returned_amount: '50000.00', reconciled: true },
    },
  });
  expect(await statuses()).toEqual(['SETTLED', 'SETTLED']);
  // The holder whose payment came back has received it once as far as taxes go, and so has the one whose was denied.
  const { rows } = await world.database.admin.query(
    'select shareholder_id, transaction_id, amount::integer, withheld::integer, withholding from dividend_receipts where dividend_id = $1',
    [id],
  );
  const received = (shareholder_id: string, transaction_id: string) => ({
    ...{ shareholder_id, transaction_id },
    amount: 5_000_000,
    ...{ withheld: 1_578_947, withholding: 'BACKUP' },
  });
  expect(rows).toHaveLength(2);
  expect(rows).toEqual(expect.arrayContaining([received(first, again), received(second, returned)]));
});

test('what was cancelled of a dividend is owed: it is told of, reduced, paid again, and gone with the dividend', async () => {
  const [paid = '', reduced = ''] = await holders('0000', '0000');
  const { id, payments } = await pendingDividend([paid, reduced], 5_000_000);
  const lines = async () =>
    new Map(
      (await dividends.lines(id)).body.data
        .filter((line: Line) => line.adjustment === undefined)
        .map((line: Line & { status: string }) => [line.shareholder_id, line.status]),
    );
  for (const transaction_id of payments) {
    expect((await ops.order({ transaction_id })).body.approval).toBe('REQUIRED');
    expect((await ops.cancel(transaction_id)).body).toMatchObject({ status: 'CANCELLED', type: 'DIVIDEND' });
  }
  expect(await dividends.get(id)).toMatchObject({
    body: { state: 'PENDING', unpaid_amount: '100000.00', in_flight_amount: '0.00', reconciled: true },
  });
  expect([...(await lines()).values()]).toEqual(['CANCELLED', 'CANCELLED']);
  await world.database.admin.query(
    `update bank_accounts set status = 'BLOCKED' where shareholder_id = any ($1)`,
    [[paid, reduced]],
  );
  const blocked = async () =>
    (await ops.blocked(id)).body.data.map(({ amount, reasons }: Record<string, unknown>) => [
      amount,
      reasons,
    ]);
  const owed = ['50000.00', ['ACCOUNT_CLOSED']];
  expect(await blocked()).toEqual([owed, owed]);
  await approved(
    acme,
    await dividends.adjust(id, { shareholder_id: reduced, amount: '-50000.00', reason: 'Sold before.' }),
  );
  expect(await blocked()).toEqual([owed]);
  await ops.addAccount(paid, { account_number: magic('0000') });
  await approved(acme, await ops.disburseDividend(id, { only: 'UNPAID' }));
  await expect.poll(() => closedStateOf(id), { timeout: 30_000 }).toBe('PAID');
  expect(Object.fromEntries(await lines())).toEqual({ [paid]: 'SETTLED', [reduced]: 'ADJUSTED' });
  expect((await ops.progress(id)).body).toMatchObject({ cancelled: 2, failed: 0, ordered: 1 });
  expect((await dividends.get(id)).body).toMatchObject({
    paid_amount: '50000.00',
    unpaid_amount: '0.00',
    reconciled: true,
  });

  const gone = await pendingDividend(await holders('0000'), 5_000_000);
  const [payment = ''] = gone.payments;
  await ops.order({ transaction_id: payment });
  await ops.cancel(payment);
  const again = (await ops.order({ transaction_id: payment })).body;
  expect(again).toMatchObject({ approval: 'REQUIRED', repays_dividend_id: gone.id });
  await world.database.admin.query(
    `with context as (select set_config('app.tenant_id', $2, true))
     update dividends set state = 'CANCELLED', cancel_reason = 'REQUESTED', version = version + 1 from context where id = $1`,
    [gone.id, acme.id],
  );
  await new Payments(acme.as('COMPLIANCE')).approve(again.id);
  expect(await ops.until(again.id, 'FAILED', 'SETTLED')).toMatchObject({
    status: 'FAILED',
    return_code: 'CANCELLED',
  });
  expect((await ops.order({ transaction_id: again.id })).body.type).toBe('/problems/payment-ordered');
});

describe('all unpaid of a dividend', () => {
  const UNPAID = { only: 'UNPAID' };
  const repayments = async (id: string) =>
    (
      await world.database.admin.query(
        'select shareholder_id, amount::integer, status from transactions where repays_dividend_id = $1',
        [id],
      )
    ).rows;

  test('in one request: what was denied, has failed and come back, approved as a whole, and nothing is owed', async () => {
    const all = await holders('0000', '0203', '0102');
    const [, returned = '', failed = ''] = all;
    const { id, payments } = await pendingDividend(all, 5_000_000);
    const compliance = new Payments(acme.as('COMPLIANCE'));
    for (const transaction_id of payments) await ops.order({ transaction_id });
    await compliance.deny(payments[0] ?? '');
    await compliance.approve(payments[1] ?? '');
    await compliance.approve(payments[2] ?? '');
    await ops.until(payments[2] ?? '', 'FAILED');
    await expect
      .poll(async () => (await dividends.get(id)).body.returned_amount, { timeout: 20_000 })
      .toBe('50000.00');
    for (const holder of [returned, failed]) await ops.addAccount(holder, { account_number: magic('0000') });
    expect((await ops.disburseDividend(id, { only: 'ALL' })).status).toBe(422);
    const waiting = await ops.disburseDividend(id, UNPAID);
    expect(waiting).toMatchObject({
      status: 202,
      body: { kind: 'payment-run', after: { payments: 3, total: '150000.00', only: 'UNPAID' } },
    });
    expect(await repayments(id), 'it waits').toEqual([]);
    await approved(acme, waiting);
    await expect.poll(() => closedStateOf(id), { timeout: 30_000 }).toBe('PAID');
    expect(await ops.progress(id)).toMatchObject({
      body: { state: 'DONE', only: 'UNPAID', ordered: 3, never_ordered: 0 },
    });
    expect((await repayments(id)).map(({ shareholder_id }) => shareholder_id).sort()).toEqual(all.toSorted());
    const creators = 'select distinct created_by from transactions where repays_dividend_id = $1';
    expect((await world.database.admin.query(creators, [id])).rows).toEqual([
      { created_by: waiting.body.requested_by },
    ]);
    expect(await dividends.get(id)).toMatchObject({
      body: { paid_amount: '150000.00', unpaid_amount: '0.00', reconciled: true },
    });
    expect(await ops.disburseDividend(id, UNPAID)).toMatchObject({
      status: 409,
      body: { type: '/problems/dividend-not-payable' },
    });
  });

  test('is paid once by ten requests at once, into an account that there is, and leaves what nobody has ordered', async () => {
    const [failed = '', blocked = '', untouched = ''] = await holders('0102', '0102', '0000');
    const { id, payments } = await pendingDividend([failed, blocked, untouched]);
    for (const transaction_id of payments.slice(0, 2)) await ops.order({ transaction_id });
    for (const payment of payments.slice(0, 2)) await ops.until(payment, 'FAILED');
    await ops.addAccount(failed, { account_number: magic('0000') });
    await world.database.admin.query(
      `update bank_accounts set status = 'BLOCKED' where shareholder_id = $1`,
      [blocked],
    );
    const answers = await Promise.all(Array.from({ length: 10 }, () => ops.disburseDividend(id, UNPAID)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    await expect
      .poll(async () => (await dividends.get(id)).body.paid_amount, { timeout: 30_000 })
      .toBe('5.00');
    await expect
      .poll(async () => (await ops.progress(id)).body, { timeout: 30_000 })
      .toMatchObject({ state: 'DONE', without_account: 1, pending: 1 });
    expect(await repayments(id)).toEqual([{ shareholder_id: failed, amount: 500, status: 'SETTLED' }]);
    expect((await ops.get(payments[2] ?? '')).body.status).toBe('PENDING');
  });

  test('doesn’t begin beside a run that waits for its day, which it would end', async () => {
    const { id } = await pendingDividend(await holders('0000'), 500, 30);
    expect((await ops.disburseDividend(id)).body).toMatchObject({ state: 'SCHEDULED' });
    expect(await ops.disburseDividend(id, UNPAID)).toMatchObject({
      status: 409,
      body: { type: '/problems/dividend-not-payable', detail: expect.stringContaining('SCHEDULED') },
    });
    expect((await ops.progress(id)).body).toMatchObject({ state: 'SCHEDULED' });
  });
});

test('a dividend that was paid owes again what comes back after that', async () => {
  const { id, payments } = await pendingDividend(await holders('0203'));
  await ops.order({ transaction_id: payments[0] ?? '' });
  await expect.poll(() => closedStateOf(id), { timeout: 20_000 }).toBe('PAID');
  await expect.poll(() => stateOf(id), { timeout: 20_000 }).toBe('PAYING');
  expect(await dividends.get(id)).toMatchObject({
    body: { paid_amount: '0.00', unpaid_amount: '5.00', returned_amount: '5.00' },
  });
});

test('a dividend owes again what a reversal has taken back, and is paid once more', async () => {
  const { id, payments } = await pendingDividend(await holders('0000', '0000'));
  for (const payment of payments) await ops.order({ transaction_id: payment });
  await expect.poll(() => closedStateOf(id), { timeout: 20_000 }).toBe('PAID');
  const [wrong = ''] = payments;
  const reversal = (await ops.reverse(wrong)).body.id;
  expect(await stateOf(id)).toBe('PAID');
  expect((await new Payments(acme.as('COMPLIANCE')).approve(reversal)).status).toBe(200);
  await ops.until(reversal, 'SETTLED');
  expect(await stateOf(id)).toBe('PAYING');
  expect((await dividends.get(id)).body).toMatchObject({
    ...{ paid_amount: '5.00', unpaid_amount: '5.00', returned_amount: '5.00' },
  });
  const again = await ops.order({ transaction_id: wrong });
  expect(again.status, again.text).toBe(202);
  expect((await ops.order({ transaction_id: wrong })).status).toBe(409);
  await ops.until(again.body.id, 'SETTLED');
  expect(await closedStateOf(id)).toBe('PAID');
  expect((await dividends.get(id)).body).toMatchObject({ paid_amount: '10.00', unpaid_amount: '0.00' });
});

test('a dividend that is cancelled before its payment is released pays nothing', async () => {
  const { id, payments } = await pendingDividend(await holders('0000'), 5_000_000);
  const [payment = ''] = payments;
  expect((await ops.order({ transaction_id: payment })).body.approval).toBe('REQUIRED');
  await world.database.admin.query(
    `with context as (select set_config('app.tenant_id', $2, true))
     update dividends set state = 'CANCELLED', cancel_reason = 'REQUESTED', version = version + 1 from context where id = $1`,
    [id, acme.id],
  );
  expect((await new Payments(acme.as('COMPLIANCE')).approve(payment)).status).toBe(200);
  expect(await ops.until(payment, 'FAILED')).toMatchObject({ return_code: 'CANCELLED' });
  const { rows } = await world.database.admin.query(
    'select count(*)::integer as n from mock_bank_payments where reference = $1',
    [payment],
  );
  expect(rows[0].n).toBe(0);
});

test('stuck payments continue: an execution that never started, and a bank event that was never applied', async () => {
  const [shareholder = ''] = await holders('0000');
  const start = process.env.DISBURSEMENT_MACHINE_ARN;
  process.env.DISBURSEMENT_MACHINE_ARN = `${start}-gone`;
  const { body } = await ops.order({ shareholder_id: shareholder, amount: '3', currency: 'USD' });
  process.env.DISBURSEMENT_MACHINE_ARN = start;
  expect((await ops.get(body.id)).body.status).toBe('PENDING');
  const later = (seconds: number) => new Date(Date.now() + seconds * 1000);
  expect(await reconcileStuckPayments(later(300), 'r', () => 60_000)).toMatchObject({ restarted: 0 });
  expect(await listStuckWork(later(300), 50)).toEqual([]);
  const waiting = { tenant_id: acme.id, resource: `transactions/${body.id}`, request_id: expect.any(String) };
  expect(await listStuckWork(later(700), 50)).toEqual([
    {
      ...{ ...waiting, kind: 'PAYMENT', status: 'PENDING', channel: 'BANK', restarts: 0 },
      since: expect.any(Date),
    },
  ]);
  const named = vi.spyOn(logger, 'warn');
  expect(await reconcileStuckPayments(later(700), 'r', () => 60_000)).toMatchObject({
    restarted: 1,
  });
  expect(named).toHaveBeenCalledWith('payment stuck', { tenant_id: acme.id, transaction_id: body.id });
  named.mockRestore();
  await ops.until(body.id, 'SETTLED');

  const [quiet = ''] = await holders('0404');
  const sent = (await ops.order({ shareholder_id: quiet, amount: '3', currency: 'USD' })).body.id;
  await ops.until(sent, 'SENT');
  await world.database.admin.query(
    `insert into bank_events (tenant_id, transaction_id, event_id, kind) values ($1, $2, 'unheard', 'SETTLED')`,
    [acme.id, sent],
  );
  expect(await listStuckWork(later(120), 50)).toMatchObject([
    { kind: 'BANK_EVENT', resource: `transactions/${sent}`, status: null },
  ]);
  const operator = await insertTestOperator(world.database.admin);
  const executions = (query: object) =>
    call(listExecutionsHandler, listExecutions, { as: operator, query: query as never });
  const other = (await ops.order({ shareholder_id: quiet, amount: '4', currency: 'USD' })).body.id;
  await ops.until(other, 'SENT');
  const newest = (await executions({ limit: '1' })).body;
  expect(newest.data).toMatchObject([
    { name: other, machine: 'disbursement', status: 'RUNNING', stopped_at: null },
  ]);
  const next = (await executions({ limit: '1', cursor: newest.next_cursor })).body;
  expect(next.data[0].name).toBe(sent);
  expect((await executions({ cursor: encodeCursor(['of nobody']) })).body.errors[0].code).toBe(
    'invalid-cursor',
  );
  expect(await reconcileStuckPayments(later(120), 'r', () => 60_000)).toMatchObject({ applied: 1 });
  expect((await ops.get(sent)).body.status).toBe('SETTLED');
});

test('a payment that restarts have not helped stays stuck, for the list and the alarm, until something is heard of it', async () => {
  const [quiet = ''] = await holders('0404');
  const { id } = (await ops.order({ shareholder_id: quiet, amount: '5', currency: 'USD' })).body;
  await ops.until(id, 'SENT');
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  const named = vi.spyOn(logger, 'warn');
  const stuckAt = async (at: Date): Promise<object> => {
    named.mockClear();
    const listed = (await listStuckWork(at, 50)).filter(({ resource }) => resource === `transactions/${id}`);
    await reconcileStuckPayments(at, 'r', () => 60_000);
    const isNamed = named.mock.calls.some(
      ([, more]) => (more as { transaction_id?: string })?.transaction_id === id,
    );
    return { restarts: listed.map(({ restarts }) => restarts), isNamed };
  };
  expect(await stuckAt(minutes(5))).toMatchObject({ restarts: [], isNamed: false });
  expect(await stuckAt(minutes(11))).toMatchObject({ restarts: [0], isNamed: true });
  // The bank has it, and may be slow.
  for (const later of [12, 21, 30])
    expect(await stuckAt(minutes(later)), String(later)).toEqual({ restarts: [], isNamed: false });
  const days = 5 * 24 * 60;
  expect(await stuckAt(minutes(days))).toMatchObject({ restarts: [1], isNamed: true });
  for (const later of [1, 6, 11])
    expect(await stuckAt(minutes(days + later)), String(later)).toEqual({ restarts: [2], isNamed: true });
  named.mockRestore();
  await world.database.admin.query(
    `insert into bank_events (tenant_id, transaction_id, event_id, kind) values ($1, $2, 'heard at last', 'SETTLED')`,
    [acme.id, id],
  );
  await reconcileStuckPayments(minutes(days + 12), 'r', () => 60_000);
  expect((await ops.get(id)).body.status).toBe('SETTLED');
  expect(await stuckAt(minutes(days + 20))).toMatchObject({ restarts: [] });
});

describe('a payable date that has not come', () => {
  const DAY_SECONDS = 86_400;
  /** Moves the issuer to Tokyo, whose day begins nine hours before that of UTC. */
  const inTokyo = () =>
    world.database.admin.query(`update tenants set time_zone = 'Asia/Tokyo' where id = $1`, [acme.id]);
  const sentToBank = async (payments: readonly string[]): Promise<number> =>
    (
      await world.database.admin.query(
        'select count(*)::integer as n from mock_bank_payments where reference = any ($1)',
        [payments],
      )
    ).rows[0].n;
  const at = (instant: string) => reconcileStuckPayments(new Date(instant), 'r', () => 60_000);

  test('comes for a tenant of a sandbox that has moved its clock, and for no other', async () => {
    vi.stubEnv('TENANT_CLOCKS', 'on');
    const other = await insertTestTenant(world.database.admin, 'ISSUER');
    const theirs = new Payments(other.as('OPS'));
    const holder = await verifiedHolder(world.database.admin, other.id, theirs, magic('0000'));
    const { aheadMs } = world.clock;
    const payableIn = Math.ceil(aheadMs / (DAY_SECONDS * 1_000)) + 40;
    const [theirPayment = ''] = (await pendingDividend([holder.id], 500, payableIn, { tenant: other }))
      .payments;
    const [ourPayment = ''] = (await pendingDividend(await holders('0000'), 500, payableIn)).payments;
    await theirs.order({ transaction_id: theirPayment });
    await ops.order({ transaction_id: ourPayment });
    const to = addDays(dayOf(new Date()), payableIn + 1);
    const moved = await call(moveHandler, moveClock, { as: other.as('ADMIN'), body: { to } });
    expect(moved).toMatchObject({ status: 200, body: { today: to } });
    await world.advance(1_200);
    expect(await at(world.clock.now().toISOString())).toMatchObject({ restarted: 1 });
    await theirs.until(theirPayment, 'SETTLED');
    expect((await ops.get(ourPayment)).body.status).toBe('PENDING');
    vi.unstubAllEnvs();
  });

  test('holds a run, which begins by itself when that day begins for the issuer', async () => {
    await inTokyo();
    const { id, payments } = await pendingDividend(await holders('0000', '0000'), 500, 20);
    const begun = await ops.disburseDividend(id);
    expect(begun).toMatchObject({ status: 202, body: { state: 'SCHEDULED', ordered: 0, pending: 2 } });
    const payable = addDays(dayOf(new Date()), 20);
    const before = addDays(payable, -1);
    expect(await at(`${before}T14:59:00Z`)).toMatchObject({ started: 0 });
    expect((await ops.progress(id)).body.state).toBe('SCHEDULED');
    await world.advance(20 * DAY_SECONDS);
    expect(await at(`${before}T15:01:00Z`)).toMatchObject({ started: 1 });
    expect(await at(`${before}T15:02:00Z`)).toMatchObject({ started: 0 });
    for (const payment of payments) await ops.until(payment, 'SETTLED');
  });

  test('holds a single order, which neither the bank sees nor a sweep restarts, until that day', async () => {
    const { id, payments } = await pendingDividend(await holders('0000'), 500, 50);
    const [payment = ''] = payments;
    const payable = (
      await world.database.admin.query('select payable_date::text as day from dividends where id = $1', [id])
    ).rows[0].day;
    expect((await ops.order({ transaction_id: payment })).body).toMatchObject({ not_before: payable });
    await world.advance(5 * DAY_SECONDS);
    expect(await at(new Date(Date.now() + 25 * DAY_SECONDS * 1000).toISOString())).toMatchObject({
      restarted: 0,
    });
    expect((await ops.get(payment)).body.status).toBe('PENDING');
    expect(await sentToBank([payment])).toBe(0);
    await expect(
      world.database.admin.query(
        `with context as (select set_config('app.tenant_id', $2, true), set_config('app.clock_ahead', '25 days', true))
         update payment_orders set released_at = now() from context where transaction_id = $1`,
        [payment, acme.id],
      ),
    ).rejects.toThrow('is not paid before');
    await world.advance(26 * DAY_SECONDS);
    await ops.until(payment, 'SETTLED');
  });

  test('lets a held payment be cancelled with its dividend', async () => {
    const { id, payments } = await pendingDividend(await holders('0000'), 500, 60);
    const [payment = ''] = payments;
    await ops.order({ transaction_id: payment });
    await world.database.admin.query(
      `with context as (select set_config('app.tenant_id', $2, true))
       update dividends set state = 'CANCELLED', cancel_reason = 'REQUESTED', version = version + 1 from context where id = $1`,
      [id, acme.id],
    );
    await world.advance(70 * DAY_SECONDS);
    expect(await ops.until(payment, 'FAILED')).toMatchObject({ return_code: 'CANCELLED' });
    expect(await sentToBank([payment])).toBe(0);
  });
});

describe('an order for a later day', () => {
  test('is held until then, and its key names no other day', async () => {
    const [shareholder = ''] = await holders('0000');
    const today = (await world.database.admin.query('select current_date::text as day')).rows[0].day;
    const order = { shareholder_id: shareholder, amount: '3', currency: 'USD' };
    const not_before = addDays(today, 300);
    const key = randomUUID();
    const ordered = await ops.order({ ...order, not_before }, key);
    expect(ordered).toMatchObject({ status: 202, body: { status: 'PENDING', not_before } });
    expect((await ops.order({ ...order, not_before: addDays(not_before, 1) }, key)).status).toBe(422);
    await world.advance(100 * 86_400);
    expect((await ops.get(ordered.body.id)).body.status).toBe('PENDING');
    const far = await ops.order({ ...order, not_before: addDays(today, 900) });
    expect(far.body).toMatchObject({ status: 422, errors: [{ pointer: '/not_before', code: 'too-far' }] });
  });
});

/** One or two currencies of each number of decimals, and seven of each as an amount. */
const CURRENCIES = [
  ['USD', 2, '7.00'],
  ['EUR', 2, '7.00'],
  ['JPY', 0, '7'],
  ['KRW', 0, '7'],
  ['KWD', 3, '7.000'],
  ['BHD', 3, '7.000'],
] as const;

describe.each(['BANK', 'NACHA_FILE'])('through the channel %s', (channel) => {
  let tenant: TestTenant;
  let client: Payments;

  beforeAll(async () => {
    tenant = await insertTestTenant(world.database.admin, 'ISSUER');
    client = new Payments(tenant.as('OPS'));
    const admin = new Payments(tenant.as('ADMIN'));
    await approved(tenant, await admin.setSettings({ channel, ach_originator: ORIGINATOR }));
  });

  test.each(CURRENCIES)(
    '%s is paid only if the payee’s account takes it',
    async (currency, exponent, amount) => {
      const { admin } = world.database;
      const { id: holder, accountId } = await verifiedHolder(admin, tenant.id, client, magic('0000'));
      const minor = 7 * 10 ** exponent;
      const declared = () => pendingDividend([holder], minor, 0, { tenant, currency, exponent });
      const [one, run, begun] = [await declared(), await declared(), await declared()];
      const orders = [{ shareholder_id: holder, amount, currency }, { transaction_id: one.payments[0] }];
      const [blocked] = [(await client.blocked(run.id)).body.data];
      const answers = [];
      for (const order of orders) answers.push(await client.order(order));
      answers.push(await client.disburseDividend(run.id));
      if (currency === 'USD') {
        expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
        expect(blocked).toEqual([]);
        return;
      }
      for (const { status, body } of answers)
        expect({ status, ...body }).toMatchObject({
          ...{ status: 422, type: '/problems/currency-mismatch' },
          detail: expect.stringMatching(`USD, not ${currency}: pay it elsewhere`),
        });
      const reasons = ['CURRENCY_NOT_PAYABLE'];
      expect(blocked).toMatchObject([{ shareholder_id: holder, amount, currency, reasons }]);
      expect((await client.blocked(run.id, { reason: 'CURRENCY_NOT_PAYABLE' })).body.data).toHaveLength(1);
      const count = async () =>
        (
          await admin.query(
            'select count(*)::integer as n from payment_orders o join transactions t on t.id = o.transaction_id where t.tenant_id = $1 and t.currency = $2',
            [tenant.id, currency],
          )
        ).rows[0].n;
      expect(await count()).toBe(0);

      // A run and an order from before the currency was refused.
      const old = await admin.connect();
      try {
        await old.query('set session_replication_role = replica');
        await old.query(
          `insert into payment_runs (tenant_id, dividend_id, state, requested_by, request_id) values ($1, $2, 'RUNNING', $3, 'test')`,
          [tenant.id, begun.id, tenant.as('OPS').actorId],
        );
        await orderEntitlements(
          { tenant_id: tenant.id as TenantId, dividend_id: begun.id },
          'test',
          () => 600_000,
        );
        expect((await client.progress(begun.id)).body).toMatchObject({
          state: 'DONE',
          ordered: 0,
          pending: 1,
        });
        expect(await count()).toBe(0);
        await old.query(
          `insert into payment_orders (tenant_id, transaction_id, bank_account_id, channel, request_id) values ($1, $2, $3, $4, 'test')`,
          [tenant.id, one.payments[0], accountId, channel],
        );
      } finally {
        await old.query('set session_replication_role = origin');
        old.release();
      }
      const payment = { tenant_id: tenant.id as TenantId, transaction_id: String(one.payments[0]) };
      expect(await releaseToBank({ ...payment, request_id: 'test' })).toMatchObject({ outcome: 'refused' });
      expect((await client.get(payment.transaction_id)).body).toMatchObject({
        ...{ status: 'FAILED', return_code: 'CURRENCY' },
      });
      const lines = (await client.ofDividend(one.id)).body.data;
      expect(lines).toMatchObject([{ state: 'FAILED', return_code: 'CURRENCY', currency }]);
    },
  );
});

// It comes last: one of its payments stays SENT, and a sweep that looks far ahead would find it.
test('the payments of a dividend are listed by holder, found by state and reference, and tell which took whose place', async () => {
  const all = await holders('0000', '0102', '0203', '0000', '0000', '0000', '0506');
  const { id, payments } = await pendingDividend(all, 2_000_000);
  const [settled = '', failed = '', returned = '', denied = '', cancelled = '', pending = '', sent = ''] =
    payments;
  const checker = new Payments(acme.as('COMPLIANCE'));
  for (const payment of payments.filter((one) => one !== pending))
    await ops.order({ transaction_id: payment });
  for (const payment of [settled, failed, returned, sent])
    expect((await checker.approve(payment)).status).toBe(200);
  expect((await checker.deny(denied)).status).toBe(200);
  expect((await ops.cancel(cancelled)).status).toBe(200);
  await expect.poll(async () => (await ops.get(returned)).body.return_code, { timeout: 30_000 }).toBe('R03');
  await ops.until(settled, 'SETTLED');
  await ops.until(failed, 'FAILED');
  await ops.until(sent, 'SENT');
  const again = (await ops.order({ transaction_id: cancelled })).body.id;

  type Listed = {
    id: string;
    shareholder_id: string;
    external_ref: string;
    payee_name: string;
    state: string;
  };
  const list = async (query: Record<string, string> = {}): Promise<Listed[]> =>
    (await ops.ofDividend(id, query)).body.data;
  const rows = await list();
  const states = Object.fromEntries(rows.map((row) => [row.id, row.state]));
  expect(states).toEqual({
    ...{ [settled]: 'SETTLED', [failed]: 'FAILED', [returned]: 'RETURNED', [denied]: 'DENIED' },
    ...{ [cancelled]: 'CANCELLED', [pending]: 'PENDING', [sent]: 'SENT', [again]: 'PENDING' },
  });
  for (const { payee_name } of rows) expect(payee_name).toEqual(expect.any(String));
  expect(rows.map(({ shareholder_id }) => shareholder_id)).toEqual(
    rows.map(({ shareholder_id }) => shareholder_id).toSorted(),
  );
  expect(rows.find((row) => row.id === cancelled)).toMatchObject({
    replaced_by: again,
    approval: 'WITHDRAWN',
  });
  expect(rows.find((row) => row.id === again)).toMatchObject({ replaces: cancelled, repays_dividend_id: id });
  for (const state of new Set(Object.values(states)))
    expect(
      (await list({ state })).map((row) => row.id),
      state,
    ).toEqual(rows.filter((row) => row.state === state).map((row) => row.id));
  const [{ external_ref = '', shareholder_id = '' } = {}] = rows.filter((row) => row.id === again);
  for (const query of [{ external_ref }, { shareholder_id }, { external_ref, shareholder_id }])
    expect((await list(query)).map((row) => row.id)).toEqual([cancelled, again]);
  expect(await list({ external_ref, state: 'SENT' })).toEqual([]);
  expect(await list({ external_ref: 'nobody' })).toEqual([]);
  const paged: Listed[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await ops.ofDividend(id, { limit: '3', ...(cursor === '' ? {} : { cursor }) });
    paged.push(...body.data);
    cursor = body.next_cursor;
  }
  expect(paged).toEqual(rows);
  expect((await ops.ofDividend(id, { state: 'POOR' })).status).toBe(422);
  expect((await ops.ofDividend(randomUUID())).status).toBe(404);
});
