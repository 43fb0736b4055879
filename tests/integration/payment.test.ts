import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as releasePayment } from '#functions/steps/release-payment.ts';
import { numberPlace } from '#payments/payees/number-place.ts';
import { sealerOf } from '#platform/sealing.ts';
import { queueName } from '#tests/support/aws-services.ts';
import { magic, Payments, verifiedHolder } from '#tests/support/payment-client.ts';
import { FIELD_SECRET, type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let world: PaymentsWorld;
let acme: TestTenant;
let ops: Payments;
let checker: Payments;

beforeAll(async () => {
  world = await paymentsWorld();
  acme = await insertTestTenant(world.database.admin, 'ISSUER');
  ops = new Payments(acme.as('OPS'));
  checker = new Payments(acme.as('COMPLIANCE'));
});
afterAll(() => world.close());

const holder = (last4: string) => verifiedHolder(world.database.admin, acme.id, ops, magic(last4));

async function pay(
  last4: string,
  amount = '125.50',
): Promise<{ id: string; shareholder: string; accountId: string }> {
  const { id: shareholder, accountId } = await holder(last4);
  const ordered = await ops.order({ shareholder_id: shareholder, amount, currency: 'USD', memo: 'Refund' });
  expect(ordered.status, ordered.text).toBe(202);
  return { id: ordered.body.id, shareholder, accountId };
}

async function rows(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await world.database.admin.query(text, values)).rows;
}

const journalOf = (id: string) =>
  rows(
    'select debit_account, credit_account, amount::text, reason from journal where transaction_id = $1 order by recorded_at',
    [id],
  );

test('a payment is ordered, sent and settled, and every step is published, booked and audited', async () => {
  const { id } = await pay('0000');
  const settled = await ops.until(id, 'SETTLED');
  expect(settled).toMatchObject({ type: 'DISBURSE', amount: '125.50', approval: 'NOT_NEEDED', version: 3 });
  expect(settled.history.map(({ from, to }: { from: string; to: string }) => [from, to])).toEqual([
    ['PENDING', 'SENT'],
    ['SENT', 'SETTLED'],
  ]);
  expect(await journalOf(id)).toEqual([
    { debit_account: 'OTHER_DISBURSEMENTS', credit_account: 'IN_TRANSIT', amount: '12550', reason: 'sent' },
    { debit_account: 'IN_TRANSIT', credit_account: 'CASH', amount: '12550', reason: 'settled' },
  ]);
  const told = await rows(
    `select type from outbox where payload -> 'transactions' -> 0 ->> 'id' = $1 order by id`,
    [id],
  );
  expect(told.map(({ type }) => type)).toEqual([
    'transaction.created',
    'transaction.sent',
    'transaction.settled',
  ]);
  const audited = await rows('select action from audit_log where resource = $1 order by ts', [
    `transactions/${id}`,
  ]);
  expect(audited.map(({ action }) => action)).toEqual(
    expect.arrayContaining([
      'payment-order.requested',
      'payment-order.released',
      'payment-order.sent',
      'bank-event.received',
      'payment-order.ended',
    ]),
  );
  const [bank] = await rows(
    'select count(*)::integer as payments from mock_bank_payments where reference = $1',
    [id],
  );
  expect(bank).toEqual({ payments: 1 });
});

describe('what the bank does', () => {
  test.each([
    ['0102', 'R02', 'BLOCKED'],
    ['0110', 'R10', 'REVOKED'],
    ['0124', 'R24', 'ACTIVE'],
  ])(
    'returned before settlement (%s): failed, and the account is treated as the code says',
    async (last4, code, status) => {
      const { id, shareholder } = await pay(last4);
      expect(await ops.until(id, 'FAILED')).toMatchObject({ return_code: code });
      const [account] = (await ops.accounts(shareholder)).body.data;
      expect(account.status).toBe(status);
      expect((await journalOf(id)).map(({ reason }) => reason)).toEqual(['sent', 'failed']);
      if (status !== 'ACTIVE')
        expect(await ops.order({ shareholder_id: shareholder, amount: '1', currency: 'USD' })).toMatchObject({
          status: 422,
          body: { type: '/problems/bank-account-required' },
        });
    },
  );

  test.each(['0101', '0109'])('%s, a code of debits, presents no credit again by itself', async (last4) => {
    const { id, shareholder } = await pay(last4);
    const failed = await ops.until(id, 'FAILED');
    expect(failed.return_code).toBe(`R${last4.slice(2)}`);
    await world.advance(86_400);
    expect((await ops.get(id)).body).toEqual(failed);
    expect((await ops.list({ shareholder_id: shareholder })).body.data).toHaveLength(1);
    expect(await rows('select from mock_bank_payments where reference = $1', [id])).toHaveLength(1);
    expect((await ops.accounts(shareholder)).body.data[0].status).toBe('ACTIVE');
  });

  test.each([
    ['0301', 'C01', '0077', true],
    ['0302', 'C01', '0077', true],
    ['0304', 'C04', '0304', false],
  ])(
    '%s: a notification of change is seen on payment, account and event, with the old value',
    async (last4, code, now, applied) => {
      const { id, shareholder, accountId } = await pay(last4);
      await ops.until(id, 'SETTLED');
      await expect
        .poll(async () => (await ops.get(id)).body.notifications_of_change, { timeout: 30_000 })
        .toHaveLength(1);
      const account = { routing_number: '121042882', account_type: 'CHECKING' };
      const notified = {
        ...{
          transaction_id: id,
          bank_account_id: accountId,
          code,
          meaning: expect.stringContaining('Incorrect'),
          applied,
        },
        before: { ...account, account_last4: last4 },
        after: { ...account, account_last4: now },
      };
      expect((await ops.get(id)).body.notifications_of_change).toMatchObject([notified]);
      const [shown] = (await ops.accounts(shareholder)).body.data;
      expect(shown).toMatchObject({
        account_last4: now,
        status: 'ACTIVE',
        notifications_of_change: [notified],
      });
      const [event] = await rows(
        `select payload from outbox where type = 'bank-account.corrected' and payload ->> 'transaction_id' = $1`,
        [id],
      );
      expect(event?.payload).toMatchObject(notified);
      expect(JSON.stringify(event)).not.toContain(magic(last4));
      // The number that stood there can be read by us, and the next payment goes by the new one, hyphens included.
      const [kept] = await rows(
        'select number_before_sealed as sealed from account_corrections where transaction_id = $1',
        [id],
      );
      const open = (sealed: unknown) => sealerOf(FIELD_SECRET).open(String(sealed), numberPlace(accountId));
      expect(applied ? open(kept?.sealed) : kept?.sealed).toBe(applied ? magic(last4) : null);
      const { body } = await ops.order({ shareholder_id: shareholder, amount: '1', currency: 'USD' });
      await ops.until(body.id, 'SETTLED');
      const [sent] = await rows('select account_number from mock_bank_payments where reference = $1', [
        body.id,
      ]);
      expect(sent?.account_number).toBe(
        last4 === '0302' ? '9000-0000-0077' : last4 === '0301' ? magic('0077') : magic(last4),
      );
      // They go with the personal data of the account.
      await rows('update bank_accounts set purged_at = now(), version = version + 1 where id = $1', [
        accountId,
      ]);
      expect(await rows('select from account_corrections where bank_account_id = $1', [accountId])).toEqual(
        [],
      );
    },
  );

  test('returned after settlement: taken back by a transaction of its own', async () => {
    const { id } = await pay('0203');
    await ops.until(id, 'SETTLED');
    await expect.poll(async () => (await ops.get(id)).body.compensated_by, { timeout: 30_000 }).toBeDefined();
    const settled = (await ops.get(id)).body;
    expect(settled).toMatchObject({ status: 'SETTLED', return_code: 'R03' });
    const compensation = (await ops.get(settled.compensated_by)).body;
    expect(compensation).toMatchObject({
      amount: '-125.50',
      compensates: id,
      return_code: 'R03',
      status: 'SETTLED',
    });
    expect(await journalOf(compensation.id)).toEqual([
      { debit_account: 'CASH', credit_account: 'RETURNS', amount: '12550', reason: 'returned' },
    ]);
    const [told] = await rows(`select payload from outbox where type = 'transaction.returned'`);
    expect(JSON.stringify(told)).toContain(compensation.id);
  });

  test.each(['0403', '0404', '0406'])('%s: no callback counts, so that we ask', async (last4) => {
    const { id } = await pay(last4);
    await ops.until(id, 'SENT');
    const isSettled = async (): Promise<boolean> => {
      const sql = 'select settles_at <= now() as settled from mock_bank_payments where reference = $1';
      return (await rows(sql, [id]))[0]?.settled === true;
    };
    await expect.poll(isSettled, { timeout: 30_000 }).toBe(true);
    const callbacks = (): number => {
      const { visible, notVisible, delayed } = world.aws.endpoint.queues.attributes(
        queueName('mock-bank-callbacks'),
      );
      return visible + notVisible + delayed;
    };
    await expect.poll(callbacks, { timeout: 30_000 }).toBe(0);
    expect((await ops.get(id)).body.status).toBe('SENT');
    await world.advance(700);
    await ops.until(id, 'SETTLED');
  });

  test('a payment that the bank has accepted and never reports stays SENT, however often we ask', async () => {
    const { id } = await pay('0506');
    await ops.until(id, 'SENT');
    for (const seconds of [700, 700]) await world.advance(seconds);
    expect((await ops.get(id)).body).toMatchObject({ status: 'SENT', version: 2 });
    expect((await journalOf(id)).map(({ reason }) => reason)).toEqual(['sent']);
  });

  test('an order that the bank refuses fails without having been sent', async () => {
    const { id } = await pay('0504');
    expect(await ops.until(id, 'FAILED')).toMatchObject({ return_code: 'R13' });
    expect(await journalOf(id)).toEqual([]);
  });
});

describe('a bank that is away for long', () => {
  const hours = (count: number) => new Date(count * 3_600_000).toISOString();
  const release = (transaction_id: string, more: object) =>
    releasePayment(
      { tenant_id: acme.id, transaction_id, request_id: 'r', traceparent: null, ...more },
      testContext(),
    );

  test('is asked less and less often, and again at once by an execution that takes over', async () => {
    const { id } = await pay('0505');
    await expect.poll(() => isReleased(id)).toBe(true);
    const running = { execution: id, started_at: hours(0) };
    expect(await release(id, { ...running, entered_at: hours(0) })).toMatchObject({
      ...{ action: 'ASK', outcome: 'looked', pause_seconds: 300, wait_seconds: 600 },
    });
    expect(await release(id, { ...running, entered_at: hours(8) })).toMatchObject({ pause_seconds: 7_200 });
    expect(await release(id, { ...running, entered_at: hours(800) })).toMatchObject({
      pause_seconds: 86_400,
    });
    await rows('update payment_orders set restarts = 2 where transaction_id = $1', [id]);
    for (const old of [id, `${id}-1`])
      expect(await release(id, { ...running, execution: old })).toMatchObject({ action: 'END' });
    expect(await release(id, { ...running, execution: `${id}-2`, entered_at: hours(0) })).toMatchObject({
      ...{ action: 'ASK', pause_seconds: 1_200, wait_seconds: 2_400 },
    });
    const released = await rows(
      `select count(*)::integer as n from audit_log where action = 'payment-order.released' and resource = $1`,
      [`transactions/${id}`],
    );
    expect(released).toEqual([{ n: 1 }]);
  });

  const isReleased = async (id: string): Promise<boolean> =>
    (await rows('select released_at from payment_orders where transaction_id = $1', [id]))[0]?.released_at !==
    null;
});

describe('approval', () => {
  test('above the threshold it waits for another person', async () => {
    const { id } = await pay('0000', '10000.01');
    expect((await ops.get(id)).body).toMatchObject({ status: 'PENDING', approval: 'REQUIRED' });
    const admin = new Payments(acme.as('ADMIN'));
    expect((await admin.approve(id)).body).toMatchObject({ approval: 'APPROVED' });
    await ops.until(id, 'SETTLED');
  });

  test('the maker is not the checker', async () => {
    const { id: shareholder } = await holder('0000');
    const admin = new Payments(acme.as('ADMIN'));
    const { body } = await admin.order({ shareholder_id: shareholder, amount: '20000', currency: 'USD' });
    expect(await admin.approve(body.id)).toMatchObject({
      status: 403,
      body: { type: '/problems/four-eyes' },
    });
    expect(await admin.deny(body.id)).toMatchObject({ status: 403 });
    expect((await checker.deny(body.id)).body).toMatchObject({
      status: 'FAILED',
      return_code: 'DENIED',
      approval: 'DENIED',
    });
    expect(await checker.approve(body.id)).toMatchObject({
      status: 409,
      body: { type: '/problems/payment-decided' },
    });
    await expect(
      world.database.admin.query(
        `update payment_orders set approval = 'APPROVED' where transaction_id = $1`,
        [body.id],
      ),
    ).rejects.toThrow();
  });

  test('of a hundred concurrent decisions, one succeeds', async () => {
    const { id } = await pay('0000', '30000');
    const answers = await Promise.all(Array.from({ length: 100 }, () => checker.approve(id)));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(200), count(409)]).toEqual([1, 99]);
    await ops.until(id, 'SETTLED');
  });

  test('what waits for approval is not sent, whatever is written', async () => {
    const { id } = await pay('0000', '40000');
    const app = await world.database.connectAsApp();
    await app.query('begin');
    await app.query(`select set_config('app.tenant_id', $1, true)`, [acme.id]);
    const sent = app.query(`update transactions set status = 'SENT', version = version + 1 where id = $1`, [
      id,
    ]);
    await expect(sent).rejects.toThrow('was not released');
    await app.end();
    await checker.deny(id);
  });
});

describe('what is refused', () => {
  test('payees who are not verified, when it is ordered and when it is sent', async () => {
    const { id: shareholder } = await holder('0000');
    const order = { shareholder_id: shareholder, amount: '50000', currency: 'USD' };
    const { body } = await ops.order(order);
    await rows(`update shareholders set kyc_status = 'REJECTED', version = version + 1 where id = $1`, [
      shareholder,
    ]);
    expect(await ops.order({ ...order, amount: '1' })).toMatchObject({
      status: 422,
      body: { type: '/problems/kyc-required' },
    });
    await checker.approve(body.id);
    expect(await ops.until(body.id, 'FAILED')).toMatchObject({ return_code: 'KYC' });
    expect(await journalOf(body.id)).toEqual([]);
  });

  test('orders that make no sense', async () => {
    const { id: shareholder, accountId } = await holder('0000');
    const other = await holder('0000');
    const order = { shareholder_id: shareholder, amount: '1', currency: 'USD' };
    const refusals: [unknown, number, string][] = [
      [{ ...order, amount: '0' }, 422, 'validation-failed'],
      [{ ...order, amount: '-1' }, 422, 'validation-failed'],
      [{ ...order, amount: '1.005' }, 422, 'validation-failed'],
      [{ ...order, amount: '1e3' }, 422, 'validation-failed'],
      [{ ...order, currency: 'XXX' }, 422, 'validation-failed'],
      [{ ...order, shareholder_id: randomUUID() }, 404, 'not-found'],
      [{ ...order, bank_account_id: randomUUID() }, 404, 'not-found'],
      [{ ...order, bank_account_id: other.accountId }, 404, 'not-found'],
      [{ ...order, plan_id: randomUUID() }, 422, 'validation-failed'],
      [{ amount: '1', currency: 'USD' }, 422, 'validation-failed'],
      [{ shareholder_id: shareholder }, 422, 'validation-failed'],
      [{ transaction_id: randomUUID() }, 404, 'not-found'],
    ];
    for (const [body, status, slug] of refusals)
      expect(await ops.order(body), JSON.stringify(body)).toMatchObject({
        status,
        body: { type: `/problems/${slug}` },
      });
    expect((await ops.order(order, null)).status).toBe(400);
    await rows(`update bank_accounts set status = 'BLOCKED', status_reason = 'R03' where id = $1`, [
      accountId,
    ]);
    expect(await ops.order({ ...order, bank_account_id: accountId })).toMatchObject({
      status: 422,
      body: { type: '/problems/bank-account-blocked' },
    });
    const [left] = await rows('select count(*)::integer as n from transactions where shareholder_id = $1', [
      shareholder,
    ]);
    expect(left).toEqual({ n: 0 });
  });

  test('account numbers are sealed, and routing numbers checked', async () => {
    const { id: shareholder } = await holder('0000');
    for (const [account, status] of [
      [{ routing_number: '121042881' }, 422],
      [{ routing_number: '000000000' }, 422],
      [{ routing_number: '12104288' }, 422],
      [{ account_number: '12 34' }, 422],
      [{ account_number: '1'.repeat(18) }, 422],
      [{ account_type: 'LOAN' }, 422],
      [{}, 202],
    ] as const)
      expect((await ops.addAccount(shareholder, account)).status, JSON.stringify(account)).toBe(status);
    const all = await rows(
      'select account_number_sealed, account_last4 from bank_accounts where shareholder_id = $1',
      [shareholder],
    );
    expect(JSON.stringify(all)).not.toContain('000123456789');
    expect(JSON.stringify((await ops.accounts(shareholder)).body)).not.toContain('000123456789');
    const [audited] = await rows(
      `select payload from audit_log where action = 'bank-account.created' limit 1`,
    );
    expect(JSON.stringify(audited)).not.toMatch(/000123456789|121042882|Ada/);
  });
});

test('a key orders one payment, also when twenty ask at once and after the answer is forgotten', async () => {
  const { id: shareholder } = await holder('0000');
  const order = { shareholder_id: shareholder, amount: '7', currency: 'USD', memo: 'Refund' };
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => ops.order(order, key)));
  const [first] = answers.filter(({ status }) => status === 202);
  for (const answer of answers)
    expect([first?.text, 409]).toContain(answer.status === 409 ? 409 : answer.text);
  await rows('delete from idempotency_keys');
  expect((await ops.order(order, key)).body.id).toBe(first?.body.id);
  const { memo: _, ...without } = order;
  const others: readonly object[] = [
    { ...order, amount: '8' },
    { ...order, currency: 'EUR' },
    { ...order, memo: 'Another' },
    without,
    { ...order, shareholder_id: (await holder('0000')).id },
    { ...order, bank_account_id: randomUUID() },
    { ...order, not_before: '2099-01-01' },
    { plan_id: randomUUID(), amount: '7', currency: 'USD', memo: 'Refund' },
    { transaction_id: first?.body.id },
    { transaction_id: randomUUID() },
  ];
  for (const other of others) {
    expect(await ops.order(other, key), JSON.stringify(other)).toMatchObject({
      status: 422,
      body: { type: '/problems/idempotency-key-reused' },
    });
  }
  const [count] = await rows('select count(*)::integer as n from transactions where shareholder_id = $1', [
    shareholder,
  ]);
  expect(count).toEqual({ n: 1 });
});

test('the books balance, and sent payments are in transit', async () => {
  const { body } = await ops.trialBalance();
  const sum = body.data.reduce(
    (total: number, { balance }: { balance: string }) => total + Math.round(Number(balance) * 100),
    0,
  );
  expect(sum).toBe(0);
  const balanceOf = (named: string): number =>
    Number(body.data.find(({ account }: { account: string }) => account === named)?.balance ?? 0);
  // No dividend owes what was ordered here: nothing was taken from what dividends owe to others.
  expect(balanceOf('DIVIDENDS_PAYABLE')).toBeLessThanOrEqual(0);
  expect(balanceOf('OTHER_DISBURSEMENTS')).toBeGreaterThan(0);
  const transit = body.data.find(({ account }: { account: string }) => account === 'IN_TRANSIT');
  const [sent] = await rows(
    `select coalesce(sum(amount), 0)::text as n from transactions where status = 'SENT'`,
  );
  expect(Math.round(Number(transit.balance) * 100) + Number(sent?.n)).toBe(0);
  expect((await ops.trialBalance({ as_of: '2000-01-01' })).body.data).toEqual([]);
});
