import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TRANSACTION_STATUSES, type TransactionStatus } from '#contracts/transactions.ts';
import { handler } from '#functions/payments/receive-bank-callback.ts';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { STANDINGS } from '#ledger/transaction-status.ts';
import { receiveBankCallback } from '#payments/bank/bank-callbacks.routes.ts';
import { signCallback } from '#payments/bank/bank-signature.ts';
import { approved } from '#tests/support/approvals.ts';
import { magic, Payments, persistently, verifiedHolder } from '#tests/support/payment-client.ts';
import { BANK_SECRET, type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let world: PaymentsWorld;
let acme: TestTenant;
let other: TestTenant;
let ops: Payments;

beforeAll(async () => {
  world = await paymentsWorld();
  [acme, other] = [
    await insertTestTenant(world.database.admin, 'ISSUER'),
    await insertTestTenant(world.database.admin, 'ISSUER'),
  ];
  ops = new Payments(acme.as('OPS'));
});
afterAll(() => world.close());

async function pay(last4: string, amount = '10'): Promise<string> {
  const { id } = await verifiedHolder(world.database.admin, acme.id, ops, magic(last4));
  return (await ops.order({ shareholder_id: id, amount, currency: 'USD' })).body.id;
}

interface Signing {
  readonly by?: string;
  readonly ageSeconds?: number;
  readonly header?: string | null;
  readonly secret?: string;
}

function callBack(
  word: object,
  { by, ageSeconds = 0, header, secret = BANK_SECRET }: Signing = {},
  address?: string,
): Promise<TestResponse> {
  const body = JSON.stringify({ event_id: randomUUID(), client_id: acme.id, kind: 'SETTLED', ...word });
  const at = Math.floor(Date.now() / 1000) - ageSeconds;
  const signature = header === undefined ? signCallback(secret, by ?? acme.id, body, at) : header;
  const headers = signature === null ? {} : { 'X-Bank-Signature': signature };
  return persistently(() =>
    call(handler, receiveBankCallback, { body, headers, ...(address === undefined ? {} : { address }) }),
  );
}

async function put(id: string, status: TransactionStatus): Promise<void> {
  const app = await world.database.connectAsApp();
  await app.query(`select set_config('app.tenant_id', $1, false)`, [acme.id]);
  try {
    await app.query('update transactions set status = $2, version = version + 1 where id = $1', [id, status]);
  } finally {
    await app.end();
  }
}

async function transaction(status: TransactionStatus): Promise<string> {
  const { rows } = await world.database.admin.query(
    `insert into transactions (tenant_id, type, amount, currency, status, source_account)
     values ($1, 'DISBURSE', 100, 'USD', $2, 'OTHER_DISBURSEMENTS') returning id`,
    [acme.id, status],
  );
  return rows[0].id;
}

describe('every ordered pair of states', () => {
  const pairs = TRANSACTION_STATUSES.flatMap((from) => TRANSACTION_STATUSES.map((to) => [from, to] as const));

  test.each(pairs)('in SQL: %s → %s', async (from, to) => {
    const id = await transaction(from);
    const legal = from === to || STANDINGS[from].next.includes(to);
    if (legal) await put(id, to);
    else await expect(put(id, to)).rejects.toThrow(`does not go from ${from} to ${to}`);
    const { rows } = await world.database.admin.query('select status from transactions where id = $1', [id]);
    expect(rows[0].status).toBe(legal ? to : from);
  });

  test('by the API: what has ended is neither ordered, approved, denied nor settled again', async () => {
    const [settled, failed] = [await pay('0000'), await pay('0102')];
    await ops.until(settled, 'SETTLED');
    await ops.until(failed, 'FAILED');
    const checker = new Payments(acme.as('COMPLIANCE'));
    for (const id of [settled, failed]) {
      const before = (await ops.get(id)).body;
      expect((await checker.approve(id)).status).toBe(409);
      expect((await checker.deny(id)).status).toBe(409);
      expect((await callBack({ reference: id })).status).toBe(200);
      expect((await callBack({ reference: id, kind: 'REJECTED', code: 'R13' })).status).toBe(200);
      expect((await ops.get(id)).body).toMatchObject(before);
    }
    expect((await ops.order({ transaction_id: settled })).status).toBe(409);
    expect((await callBack({ reference: failed, kind: 'RETURNED', code: 'R02' })).status).toBe(200);
    expect((await ops.get(failed)).body).not.toHaveProperty('compensated_by');
  });
});

describe('callbacks that are not the bank’s', () => {
  test('are refused, audited, and change nothing', async () => {
    const id = await pay('0404');
    const sent = await ops.until(id, 'SENT');
    const forged: Signing[] = [
      { header: null },
      { header: '' },
      { header: `t=${Math.floor(Date.now() / 1000)},v1=${'0'.repeat(64)}` },
      { secret: 'a guess' },
      { ageSeconds: 301 },
      { ageSeconds: -301 },
      { by: other.id },
    ];
    for (const [index, signing] of forged.entries())
      expect(
        await callBack({ reference: id }, signing, `198.51.100.${index}`),
        JSON.stringify(signing),
      ).toMatchObject({
        status: 401,
        body: { type: '/problems/invalid-signature' },
      });
    expect((await ops.get(id)).body).toEqual(sent);
    const { rows } = await world.database.admin.query(
      `select source_ip, problem from audit_log
         where action = 'access.denied' and resource = 'receiveBankCallback' order by ts`,
    );
    expect(rows).toEqual(
      forged.map((_, index) => ({ source_ip: `198.51.100.${index}`, problem: 'invalid-signature' })),
    );
  });

  test('of another tenant, however well signed, find nothing', async () => {
    const id = await pay('0404');
    const sent = await ops.until(id, 'SENT');
    const answers = [
      await callBack({ reference: id, client_id: other.id }, { by: other.id }),
      await callBack({ reference: randomUUID(), client_id: other.id }, { by: other.id }),
    ];
    const [stranger, unknown] = answers.map(({ status, body }) => ({ status, ...body, instance: undefined }));
    expect(stranger).toEqual(unknown);
    expect(stranger).toMatchObject({ status: 404 });
    expect((await ops.get(id)).body).toEqual(sent);
  });

  test('that make no sense are refused', async () => {
    const id = await pay('0404');
    for (const word of [
      { kind: 'RETURNED' },
      { kind: 'RETURNED', code: 'R99' },
      { kind: 'CORRECTED', code: 'R01' },
      { kind: 'PAID' },
      { amount: '1' },
    ])
      expect((await callBack({ reference: id, ...word })).status, JSON.stringify(word)).toBe(422);
  });
});

test('a callback before the payment was released is refused, one before it was marked as sent is kept', async () => {
  const waiting = await pay('0404', '20000');
  expect(await callBack({ reference: waiting })).toMatchObject({
    status: 409,
    body: { type: '/problems/payment-not-released' },
  });
  const id = await pay('0504', '20000');
  // Its execution waits: one that hadn't begun to would go on by itself.
  await vi.waitFor(async () => {
    const { rows } = await world.database.admin.query(
      'select waits_for from payment_orders where transaction_id = $1',
      [id],
    );
    expect(rows).toEqual([{ waits_for: 'APPROVAL' }]);
  }, 30_000);
  // Released, and not marked as sent: no request leads there, so nothing that guards orders may look.
  const client = await world.database.admin.connect();
  await client.query('set session_replication_role = replica');
  await client.query(
    `update payment_orders set approval = 'APPROVED', decided_by = gen_random_uuid(), released_at = now() where transaction_id = $1`,
    [id],
  );
  await client.query('set session_replication_role = origin');
  client.release();
  expect((await callBack({ reference: id })).status).toBe(200);
  expect((await ops.get(id)).body.status).toBe('PENDING');
  const { rows } = await world.database.admin.query(
    'select kind, applied_at from bank_events where transaction_id = $1',
    [id],
  );
  expect(rows).toEqual([{ kind: 'SETTLED', applied_at: null }]);
});

test('the same bank event many times, at once and shuffled with others, counts once', async () => {
  const id = await pay('0404');
  await ops.until(id, 'SENT');
  const word = { reference: id, event_id: 'the only one' };
  const answers = await Promise.all(Array.from({ length: 20 }, () => callBack(word)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  await ops.until(id, 'SETTLED');
  const returned = { reference: id, event_id: 'come back', kind: 'RETURNED', code: 'R02' };
  await Promise.all([...Array.from({ length: 20 }, () => callBack(returned)), callBack(word)]);
  const { rows } = await world.database.admin.query(
    `select (select count(*)::integer from bank_events where transaction_id = $1) as words,
       (select count(*)::integer from transactions where compensates = $1) as compensations,
       (select count(*)::integer from journal where transaction_id = $1) as entries`,
    [id],
  );
  expect(rows).toEqual([{ words: 2, compensations: 1, entries: 2 }]);
});

test('of a hundred concurrent changes of one version, one succeeds', async () => {
  const id = await transaction('PENDING');
  const outcomes = await Promise.allSettled(
    Array.from({ length: 100 }, () =>
      world.database.admin.query(
        `with context as (select set_config('app.tenant_id', $2, true))
         update transactions set status = 'FAILED', version = 2 from context where id = $1 and version = 1 returning id`,
        [id, acme.id],
      ),
    ),
  );
  const won = outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value.rowCount === 1);
  expect(won).toHaveLength(1);
});

describe('a bank that contradicts itself', () => {
  const END = {
    SETTLED: (id: string) => callBack({ reference: id }),
    FAILED: (id: string) => callBack({ reference: id, kind: 'RETURNED', code: 'R02' }),
    RETURNED: async (id: string) => {
      await callBack({ reference: id });
      await ops.until(id, 'SETTLED');
      return callBack({ reference: id, kind: 'RETURNED', code: 'R02' });
    },
  } as const;
  type End = keyof typeof END;
  const SAID = {
    SETTLED: { kind: 'SETTLED' },
    RETURNED: { kind: 'RETURNED', code: 'R03' },
    REJECTED: { kind: 'REJECTED', code: 'R13' },
    CORRECTED: { kind: 'CORRECTED', code: 'C05', corrected_data: '32' },
  } as const;
  type Said = keyof typeof SAID;
  const CONTRADICTIONS: Readonly<Record<End, readonly Said[]>> = {
    SETTLED: ['REJECTED'],
    FAILED: ['SETTLED'],
    RETURNED: ['SETTLED'],
  };
  /** A payment that the bank has, and that has ended so. */
  const endedAs = async (end: End): Promise<string> => {
    const id = await pay('0506');
    await ops.until(id, 'SENT');
    await END[end](id);
    await ops.until(id, end === 'FAILED' ? 'FAILED' : 'SETTLED');
    return id;
  };
  const openOf = async (id: string) =>
    (await ops.exceptions({ kind: 'CONTRADICTION' })).body.data.filter(
      ({ transaction_id }: { transaction_id: string }) => transaction_id === id,
    );
  const balanceOf = async (account: string): Promise<number> => {
    const { data } = (await ops.trialBalance()).body;
    return Number(data.find((row: { account: string }) => row.account === account)?.balance ?? 0);
  };

  const cases = (Object.keys(END) as End[]).flatMap((end) =>
    (Object.keys(SAID) as Said[]).map((said) => [said, end] as const),
  );

  test.each(cases)('%s after %s is an exception where it can’t be, and once', async (said, end) => {
    const id = await endedAs(end);
    const { status, return_code } = (await ops.get(id)).body;
    const word = { reference: id, event_id: randomUUID(), ...SAID[said] };
    for (let time = 0; time < 2; time++) expect((await callBack(word)).status).toBe(200);
    const isException = CONTRADICTIONS[end].includes(said);
    const found = await openOf(id);
    expect(found).toHaveLength(isException ? 1 : 0);
    const { exceptions = [], ...after } = (await ops.get(id)).body;
    expect(exceptions).toMatchObject(isException ? [{ said, stood_as: end, state: 'OPEN' }] : []);
    if (!isException) return;
    expect(after).toMatchObject({ status, ...(return_code === undefined ? {} : { return_code }) });
    expect(found[0]).toMatchObject({ reason: `${said}-after-${end}`.toLowerCase(), state: 'OPEN' });
    expect(found[0].actions.map(({ operation }: { operation: string }) => operation)).toEqual([
      'resolveTransaction',
    ]);
  });

  test('is not paid again: not by an order, and not by one that was waiting; two people say what is true', async () => {
    const id = await endedAs('FAILED');
    const order = await ops.order({ transaction_id: id, not_before: '2099-01-01' });
    expect(order.status, order.text).toBe(422);
    const { shareholder_id } = (await ops.get(id)).body;
    await ops.addAccount(shareholder_id, { account_number: magic('0000') });
    const later = addDays(dayOf(new Date()), 2);
    const waiting = (await ops.order({ transaction_id: id, not_before: later })).body.id;
    await callBack({ reference: id });
    expect(await openOf(id)).toHaveLength(1);
    await world.advance(4 * 86_400);
    expect((await ops.get(waiting)).body.status).toBe('PENDING');
    const evidence = { outcome: 'SETTLED', reason: 'Ms Doe of the bank, on the telephone.' };
    const asked = await ops.resolve(id, evidence);
    expect(asked, asked.text).toMatchObject({
      status: 202,
      body: {
        kind: 'payment-resolution',
        before: { status: 'FAILED' },
        after: { outcome: 'SETTLED', evidence: evidence.reason },
      },
    });
    // The order that waits must go first: otherwise the payee is paid twice.
    await expect(approved(acme, asked)).rejects.toThrow('payment-ordered');
    expect((await ops.cancel(waiting)).body.status).toBe('CANCELLED');
    const [cash, transit] = [await balanceOf('CASH'), await balanceOf('IN_TRANSIT')];
    await approved(acme, asked);
    expect(await openOf(id)).toEqual([]);
    expect([await balanceOf('CASH'), await balanceOf('IN_TRANSIT')]).toEqual([cash - 10, transit]);
    const { exceptions, status } = (await ops.get(id)).body;
    expect([status, exceptions.map(({ state }: { state: string }) => state)]).toEqual([
      'FAILED',
      ['RESOLVED'],
    ]);
    const replaced = (await ops.get((await ops.get(waiting)).body.replaced_by)).body;
    expect(replaced).toMatchObject({
      status: 'SETTLED',
      amount: '10.00',
      history: [{ to: 'SENT' }, { to: 'SETTLED' }],
    });
    const { rows } = await world.database.admin.query(
      'select from mock_bank_payments where reference = any ($1)',
      [[waiting, replaced.id]],
    );
    expect(rows).toHaveLength(0);
    expect((await ops.order({ transaction_id: id })).status).toBe(409);
  });

  test.each([
    ['FAILED', 'RETURNED', { status: 'FAILED' }],
    ['SETTLED', 'SETTLED', { status: 'SETTLED' }],
    ['SETTLED', 'FAILED', { status: 'SETTLED', compensated_by: expect.any(String) }],
    ['RETURNED', 'RETURNED', { status: 'SETTLED', compensated_by: expect.any(String) }],
  ] as const)('about what had ended as %s: people say %s', async (end, outcome, expected) => {
    const id = await endedAs(end);
    await callBack({ reference: id, ...SAID[CONTRADICTIONS[end][0] as Said] });
    expect((await ops.order({ transaction_id: id })).status).toBe(409);
    await approved(acme, await ops.resolve(id, { outcome, reason: 'By letter of the bank.' }));
    expect((await ops.get(id)).body).toMatchObject({ ...expected, exceptions: [{ state: 'RESOLVED' }] });
    // The money that came back is owed, and can be paid again; what was received can't.
    const { shareholder_id } = (await ops.get(id)).body;
    await ops.addAccount(shareholder_id, { account_number: magic('0000') });
    expect((await ops.order({ transaction_id: id })).status).toBe(outcome === 'SETTLED' ? 409 : 202);
  });

  test.each([
    ['SETTLED', {}, { status: 'SETTLED' }],
    ['RETURNED', { code: 'R03' }, { status: 'FAILED', return_code: 'R03' }],
    ['FAILED', {}, { status: 'FAILED', return_code: 'REJECTED' }],
  ])('or says nothing: people say that it is %s', async (outcome, code, expected) => {
    const id = await pay('0506');
    await ops.until(id, 'SENT');
    const asked = await ops.resolve(id, { outcome, ...code, reason: 'By letter of the bank.' });
    expect((await ops.resolve(id, { outcome, reason: 'Once more.' })).body.type).toBe(
      '/problems/change-pending',
    );
    await approved(acme, asked);
    expect((await ops.get(id)).body).toMatchObject(expected);
    expect((await ops.resolve(id, { outcome, reason: 'Again.' })).body.type).toBe(
      '/problems/payment-not-in-doubt',
    );
  });

  test('is what it is at the moment of the decision: what has moved since is not resolved', async () => {
    const id = await pay('0506');
    await ops.until(id, 'SENT');
    const asked = await ops.resolve(id, { outcome: 'SETTLED', reason: 'On the telephone.' });
    await callBack({ reference: id, kind: 'RETURNED', code: 'R02' });
    await ops.until(id, 'FAILED');
    await expect(approved(acme, asked)).rejects.toThrow('change-outdated');
    const waiting = await pay('0000', '20000');
    expect(
      (await ops.resolve(waiting, { outcome: 'SETTLED', reason: 'On the telephone.' })).body,
    ).toMatchObject({
      type: '/problems/payment-not-in-doubt',
      detail: expect.stringContaining('/cancel'),
    });
  });
});

describe('the money of a payment that has left', () => {
  const checker = () => new Payments(acme.as('COMPLIANCE'));
  const balances = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await ops.trialBalance()).body.data.map((row: { account: string; balance: string }) => [
        row.account,
        Number(row.balance),
      ]),
    );
  /** A payment that has settled, and its reversal, approved. */
  async function reversed(last4: string): Promise<{ id: string; reversal: string }> {
    const id = await pay(last4);
    await ops.until(id, 'SETTLED');
    const asked = await ops.reverse(id);
    expect(asked.status, asked.text).toBe(202);
    expect((await checker().approve(asked.body.id)).status).toBe(200);
    return { id, reversal: asked.body.id };
  }
  const openOf = async (id: string) =>
    (await ops.exceptions({ kind: 'CONTRADICTION' })).body.data.filter(
      ({ transaction_id }: { transaction_id: string }) => transaction_id === id,
    );

  test('comes back by a reversal that two people have asked for, once, to where it came from', async () => {
    const id = await pay('0000');
    const { version } = await ops.until(id, 'SETTLED');
    const before = await balances();
    const cancelled = await ops.cancel(id);
    expect(cancelled).toMatchObject({ status: 409, body: { detail: expect.stringContaining('SETTLED') } });
    expect((await ops.reverse(id, { version: version - 1 })).status).toBe(412);
    const key = randomUUID();
    const asked = await ops.reverse(id, { key, reason: 'The amount was mistyped.' });
    expect(asked.body).toMatchObject({
      ...{ type: 'REVERSAL', status: 'PENDING', approval: 'REQUIRED', amount: '10.00', reverses: id },
    });
    const reversal = asked.body.id;
    expect((await ops.reverse(id, { key, reason: 'The amount was mistyped.' })).body).toEqual(asked.body);
    expect((await ops.reverse(id)).body).toMatchObject({
      type: '/problems/payment-not-reversible',
      detail: expect.stringContaining(reversal),
    });
    expect((await ops.approve(reversal)).status).toBe(403);
    expect((await checker().approve(reversal)).status).toBe(200);
    await ops.until(reversal, 'SETTLED');
    const paid = (await ops.get(id)).body;
    expect(paid).toMatchObject({ status: 'SETTLED', return_code: 'REVERSED', reversed_by: reversal });
    expect((await ops.get(paid.compensated_by)).body).toMatchObject({
      ...{ amount: '-10.00', compensates: id, return_code: 'REVERSED' },
    });
    expect((await ops.get(reversal)).body).toMatchObject({ reversal_reason: 'The amount was mistyped.' });
    // It had been paid from what was owed to nobody, and is owed to nobody now.
    const after = await balances();
    expect(after).toMatchObject({
      CASH: (before.CASH ?? 0) + 10,
      OTHER_DISBURSEMENTS: (before.OTHER_DISBURSEMENTS ?? 0) - 10,
    });
    expect([after.RETURNS, after.IN_TRANSIT]).toEqual([before.RETURNS, before.IN_TRANSIT]);
    expect((await ops.order({ transaction_id: id })).status).toBe(409);
    expect((await ops.order({ transaction_id: reversal })).status).toBe(409);
    expect((await ops.reverse(reversal)).body.detail).toContain('a reversal itself');
    const { rows } = await world.database.admin.query(
      'select reference, amount::text from mock_bank_payments where reverses = $1',
      [id],
    );
    expect(rows).toEqual([{ reference: reversal, amount: '1000' }]);
    expect((await callBack({ reference: id })).status).toBe(200);
    expect(await openOf(id)).toEqual([]);
  });

  test('is asked for once by twenty at once', async () => {
    const id = await pay('0000');
    await ops.until(id, 'SETTLED');
    const answers = await Promise.all(Array.from({ length: 20 }, () => ops.reverse(id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array(19).fill(409)]);
    const { rows } = await world.database.admin.query('select from transactions where reverses = $1', [id]);
    expect(rows).toHaveLength(1);
  });

  test.each([
    ['cancelled', (reversal: string) => ops.cancel(reversal), { status: 'CANCELLED' }],
    ['denied', (reversal: string) => checker().deny(reversal), { status: 'FAILED', return_code: 'DENIED' }],
  ] as const)('is asked for anew where the reversal was %s, which took nothing', async (_, end, ended) => {
    const id = await pay('0000');
    const before = await ops.until(id, 'SETTLED');
    const reversal = (await ops.reverse(id)).body.id;
    expect((await end(reversal)).status).toBe(200);
    expect((await ops.get(reversal)).body).toMatchObject(ended);
    expect((await ops.get(id)).body).toEqual({ ...before, reversed_by: reversal });
    expect((await ops.reverse(id)).status).toBe(202);
  });

  test('stays with a payee whose bank refuses it; the account is paid as before, and it is asked for again', async () => {
    const { id, reversal } = await reversed('0701');
    expect(await ops.until(reversal, 'FAILED')).toMatchObject({ return_code: 'R01' });
    const paid = (await ops.get(id)).body;
    expect(paid).not.toHaveProperty('return_code');
    expect(paid).not.toHaveProperty('compensated_by');
    expect((await ops.accounts(paid.shareholder_id)).body.data[0].status).toBe('ACTIVE');
    expect((await ops.order({ transaction_id: reversal })).status).toBe(409);
    expect((await ops.reverse(id)).status).toBe(202);
  });

  test('is in doubt when the reversal comes back after it was settled: two people say what is true', async () => {
    const { id, reversal } = await reversed('0811');
    await ops.until(reversal, 'SETTLED');
    await expect.poll(() => openOf(id), { timeout: 30_000 }).toHaveLength(1);
    expect((await ops.get(reversal)).body).toMatchObject({ status: 'SETTLED', return_code: 'R11' });
    expect(await openOf(id)).toMatchObject([{ reason: 'settled-after-reversed', code: 'R11' }]);
    const [other, before] = [await openOf(reversal), await balances()];
    expect(other).toEqual([]);
    await approved(acme, await ops.resolve(id, { outcome: 'SETTLED', reason: 'The payee has kept it.' }));
    // The payment was received after all, from what is owed to nobody.
    const { replaced_by } = (await ops.get(id)).body;
    expect((await ops.get(replaced_by)).body).toMatchObject({ status: 'SETTLED', amount: '10.00' });
    const after = await balances();
    expect([after.CASH, after.RETURNS]).toEqual([(before.CASH ?? 0) - 10, before.RETURNS]);
    expect(await openOf(id)).toEqual([]);
  });

  test('that comes back while the bank has the reversal, and again by it, is on the desk each time', async () => {
    const id = await pay('0506');
    await ops.until(id, 'SENT');
    const reversal = (await ops.reverse(id)).body.id;
    expect((await checker().approve(reversal)).status).toBe(200);
    await ops.until(reversal, 'SENT');
    expect((await callBack({ reference: id, kind: 'RETURNED', code: 'R23' })).status).toBe(200);
    expect(await ops.until(id, 'FAILED')).toMatchObject({ return_code: 'R23' });
    expect(await openOf(id)).toMatchObject([{ reason: 'returned-after-reversed' }]);
    expect((await ops.order({ transaction_id: id })).status).toBe(409);
    await approved(acme, await ops.resolve(id, { outcome: 'RETURNED', reason: 'Both are on their way.' }));
    expect((await callBack({ reference: reversal })).status).toBe(200);
    await ops.until(reversal, 'SETTLED');
    expect(await openOf(id)).toMatchObject([{ reason: 'reversed-after-failed' }]);
    expect((await ops.order({ transaction_id: id })).status).toBe(409);
  });

  test('is not taken twice: a return after the reversal is on the desk, and nothing is booked', async () => {
    const { id, reversal } = await reversed('0000');
    await ops.until(reversal, 'SETTLED');
    const before = await balances();
    expect((await callBack({ reference: id, kind: 'RETURNED', code: 'R03' })).status).toBe(200);
    expect(await openOf(id)).toMatchObject([{ reason: 'returned-after-reversed', code: 'R03' }]);
    expect(await balances()).toEqual(before);
  });

  test('of which the bank says nothing is said by two people to have come back', async () => {
    const id = await pay('0506');
    await ops.until(id, 'SENT');
    const reversal = (await ops.reverse(id)).body.id;
    await checker().approve(reversal);
    await ops.until(reversal, 'SENT');
    await approved(acme, await ops.resolve(reversal, { outcome: 'SETTLED', reason: 'By telephone.' }));
    expect((await ops.get(reversal)).body.status).toBe('SETTLED');
    // The payee had what was taken back.
    expect((await ops.get(id)).body).toMatchObject({
      ...{ status: 'SETTLED', return_code: 'REVERSED' },
      history: [{ to: 'SENT' }, { to: 'SETTLED' }],
    });
  });

  test('is not asked for before it has left, nor after it has come back', async () => {
    const waiting = await pay('0000', '20000');
    expect((await ops.reverse(waiting)).body).toMatchObject({
      ...{ status: 409, type: '/problems/payment-not-reversible' },
      detail: expect.stringContaining('/cancel'),
    });
    const returned = await pay('0103');
    await ops.until(returned, 'FAILED');
    expect((await ops.reverse(returned)).body.detail).toContain('FAILED');
  });

  test('is lost to banks on the sixth banking day, though it was asked for in time', async () => {
    const ids = [await pay('0000'), await pay('0000'), await pay('0000')] as const;
    for (const id of ids) await ops.until(id, 'SETTLED');
    const [approvedLate, stuck] = [(await ops.reverse(ids[0])).body.id, await pay('0506')];
    await ops.until(stuck, 'SENT');
    await world.advance(12 * 86_400);
    const late = { status: 409, type: '/problems/reversal-too-late' };
    expect((await ops.reverse(ids[1])).body).toMatchObject(late);
    expect((await checker().approve(approvedLate)).body).toMatchObject(late);
    expect((await ops.get(approvedLate)).body).toMatchObject({ status: 'PENDING', approval: 'REQUIRED' });
    expect((await ops.get(ids[0])).body).not.toHaveProperty('return_code');
    // The bank has not settled this one: it is not late, and the desk offers it.
    const [desk] = (await ops.exceptions({ kind: 'STUCK_PAYMENT' })).body.data.filter(
      ({ transaction_id }: { transaction_id: string }) => transaction_id === stuck,
    );
    const { body: payment } = await ops.get(stuck);
    expect(desk.payee_name).toBe(payment.payee_name);
    expect(payment.payee_name).toEqual(expect.any(String));
    expect(desk.actions.map(({ operation }: { operation: string }) => operation)).toEqual([
      'resolveTransaction',
      'reverseTransaction',
    ]);
    expect((await ops.reverse(stuck)).status).toBe(202);
  });
});
