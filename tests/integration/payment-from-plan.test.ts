import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler as addAccount } from '#functions/payments/create-participant-bank-account.ts';
import { handler as setKyc } from '#functions/plans/set-participant-kyc.ts';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { writeDueFiles } from '#payments/files/write-outbound-files.ts';
import * as routes from '#payments/payees/bank-accounts.routes.ts';
import { sampleBai } from '#payments/statements/statements.sample.ts';
import { setParticipantKyc } from '#plans/participants/participants.routes.ts';
import { FiledPayments } from '#tests/support/filed-payments.ts';
import { ACCOUNT, magic, Payments, persistently, usable } from '#tests/support/payment-client.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { contribute } from '#tests/support/plans.ts';
import { call } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let world: PaymentsWorld;
let globex: TestTenant;
let ops: Payments;

beforeAll(async () => {
  world = await paymentsWorld();
  globex = await insertTestTenant(world.database.admin, 'SPONSOR');
  ops = new Payments(globex.as('OPS'));
});
afterAll(() => world.close());

/** An employee with 100.00 of their own in a plan, and 50.00 of the employer's that has not vested. */
async function plan(employee: string, last4: string, { id: of, as } = globex): Promise<string> {
  const { admin } = world.database;
  await admin.query('insert into participants (tenant_id, employee_id) values ($1, $2)', [of, employee]);
  const { rows } = await admin.query(
    `insert into plans (tenant_id, employee_id, plan_type, currency, enrolled_on, vesting_start, vested_as_of, employee_contributed,
       employer_contributed) values ($1, $2, '401K', 'USD', '2025-01-01', '2025-01-01', '2025-01-01', 10000, 5000) returning id`,
    [of, employee],
  );
  const added = await persistently(() =>
    call(addAccount, routes.createParticipantBankAccount, {
      as: as('OPS'),
      params: { employee },
      body: { ...ACCOUNT, account_number: magic(last4) },
    }),
  );
  expect(added.status, added.text).toBe(202);
  await usable(of, added);
  return rows[0].id;
}

function verify(employee: string, role: 'COMPLIANCE' | 'ADMIN', version: number, tenant = globex) {
  return persistently(() =>
    call(setKyc, setParticipantKyc, {
      as: tenant.as(role),
      params: { employee },
      body: { status: 'VERIFIED', reason: 'Passport seen', effective_date: '2026-01-05' },
      headers: { 'If-Match': `"${version}"` },
    }),
  );
}

const balances = async (id: string): Promise<Record<string, string>> =>
  (
    await world.database.admin.query(
      'select balance::text, vested_money::text, distributed::text from plans where id = $1',
      [id],
    )
  ).rows[0];

test('a distribution is taken from the vested balance, and never more than that', async () => {
  const id = await plan('E-1', '0000');
  const order = { plan_id: id, amount: '60', currency: 'USD' };
  expect(await ops.order(order)).toMatchObject({
    status: 422,
    body: { type: '/problems/kyc-required' },
  });
  expect((await verify('E-1', 'ADMIN', 1)).status).toBe(403);
  expect(await verify('E-1', 'COMPLIANCE', 1)).toMatchObject({
    status: 200,
    body: { kyc_status: 'VERIFIED', version: 2 },
  });
  expect((await verify('E-1', 'COMPLIANCE', 1)).status).toBe(412);
  expect(await ops.order({ ...order, currency: 'EUR' })).toMatchObject({
    status: 422,
    body: { type: '/problems/currency-mismatch' },
  });
  expect(await ops.order({ ...order, amount: '100.01' })).toMatchObject({
    status: 422,
    body: { type: '/problems/vested-balance-exceeded' },
  });
  // Money that is dated ahead is not there yet.
  const ahead = { amount: '500', effective_date: addDays(dayOf(new Date()), 31) };
  expect((await contribute(globex, id, ahead)).status).toBe(201);
  expect(await ops.order({ ...order, amount: '100.01' })).toMatchObject({
    status: 422,
    body: { type: '/problems/vested-balance-exceeded' },
  });
  const answers = await Promise.all(Array.from({ length: 10 }, () => ops.order(order)));
  expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array(9).fill(422)]);
  const paid = answers.find(({ status }) => status === 202)?.body;
  await ops.until(paid.id, 'SETTLED');
  expect(await balances(id)).toEqual({ balance: '59000', vested_money: '54000', distributed: '6000' });
  const { rows } = await world.database.admin.query(
    'select debit_account, credit_account, reason from journal where transaction_id = $1 order by recorded_at',
    [paid.id],
  );
  expect(rows).toEqual([
    { debit_account: 'PLAN_OBLIGATIONS', credit_account: 'IN_TRANSIT', reason: 'sent' },
    { debit_account: 'IN_TRANSIT', credit_account: 'PLAN_ASSETS', reason: 'settled' },
  ]);
});

test.each([
  ['fails', '0102'],
  ['is returned after settlement', '0203'],
])('a distribution that %s is in the plan again', async (_, last4) => {
  const employee = `E-${last4}`;
  const id = await plan(employee, last4);
  await verify(employee, 'COMPLIANCE', 1);
  const { body } = await ops.order({ plan_id: id, amount: '25', currency: 'USD' });
  expect(await balances(id)).toMatchObject({ distributed: '2500' });
  await ops.until(body.id, 'FAILED', 'SETTLED');
  await expect
    .poll(() => balances(id), { timeout: 30_000 })
    .toMatchObject({ balance: '15000', distributed: '0' });
  const { body: books } = await ops.trialBalance();
  const sum = books.data.reduce(
    (total: number, { balance }: { balance: string }) => total + Math.round(Number(balance) * 100),
    0,
  );
  expect(sum).toBe(0);
});

test('a distribution that a reversal has taken back is in the plan again', async () => {
  const id = await plan('E-back', '0000');
  await verify('E-back', 'COMPLIANCE', 1);
  const { body } = await ops.order({ plan_id: id, amount: '25', currency: 'USD' });
  await ops.until(body.id, 'SETTLED');
  const reversal = (await ops.reverse(body.id)).body.id;
  await new Payments(globex.as('COMPLIANCE')).approve(reversal);
  expect(await balances(id)).toMatchObject({ balance: '12500', distributed: '2500' });
  await ops.until(reversal, 'SETTLED');
  expect(await balances(id)).toMatchObject({ balance: '15000', distributed: '0' });
  expect((await ops.order({ transaction_id: body.id })).status).toBe(409);
});

test('a distribution that is cancelled while it is held is in the plan again', async () => {
  const id = await plan('E-held', '0000');
  await verify('E-held', 'COMPLIANCE', 1);
  const day = addDays(dayOf(new Date()), 2);
  const { body } = await ops.order({ plan_id: id, amount: '25', currency: 'USD', not_before: day });
  expect(await balances(id)).toMatchObject({ distributed: '2500' });
  expect((await ops.cancel(body.id)).body).toMatchObject({ status: 'CANCELLED' });
  expect(await balances(id)).toMatchObject({ balance: '15000', distributed: '0' });
});

test('the statements of a sponsor’s account are compared with what its plans have paid, whatever else has come into them', async () => {
  const initech = await insertTestTenant(world.database.admin, 'SPONSOR');
  const filed = await FiledPayments.of(world, initech, {
    statement_account: { account_number: '123456789' },
  });
  const id = await plan('E-1', '0000', initech);
  await verify('E-1', 'COMPLIANCE', 1, initech);
  expect((await contribute(initech, id, { amount: '500' })).status).toBe(201);
  const { body } = await filed.ops.order({ plan_id: id, amount: '60', currency: 'USD' });
  await expect.poll(() => filed.waits([body.id]), { timeout: 20_000 }).toBe(true);
  await writeDueFiles(world.clock.now(), 'r', () => 600_000);
  const day = dayOf(world.clock.now());
  const entries = [{ day, amountMinor: -6_000n, reference: body.id, bankReference: 'B1' }];
  const of = { account: '123456789', from: day, to: day, openingMinor: 100_000n };
  await filed.answer('today.bai', sampleBai({ ...of, entries }));
  expect(await filed.reconciliation()).toMatchObject({
    bank: { opening_balance: '1000.00', closing_balance: '940.00' },
    ledger: { cash: '500.00', in_transit: '-60.00', balance: '440.00', moved_otherwise: '500.00' },
    ...{ matched: { count: 1, amount: '-60.00' }, outstanding: { count: 0 }, difference: '0.00', data: [] },
  });
  filed.close();
});
