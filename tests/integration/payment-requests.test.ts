import { randomUUID } from 'node:crypto';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { decideOrder } from '#payments/orders/decide-order.ts';
import { tenantTx } from '#platform/db/tenant-tx.ts';
import { Approvals } from '#tests/support/approvals.ts';
import { magic, Payments, verifiedHolder } from '#tests/support/payment-client.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import type { TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const KEYS = 50;
const POSTS_PER_KEY = 20;
/** Bounded by the few connections of one process. */
const KEYS_AT_ONCE = 5;

let world: PaymentsWorld;
let acme: TestTenant;
let ops: Payments;
let holder: string;

beforeAll(async () => {
  world = await paymentsWorld();
  acme = await insertTestTenant(world.database.admin, 'ISSUER');
  ops = new Payments(acme.as('OPS'));
  holder = (await verifiedHolder(world.database.admin, acme.id, ops, magic('0600'))).id;
});
afterAll(() => world.close());

async function rows(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await world.database.admin.query(text, values)).rows;
}

const order = (key: string, amount = '7'): Promise<TestResponse> =>
  ops.order({ shareholder_id: holder, amount, currency: 'USD' }, key);

/** Returns everything that orders leave behind. */
async function effects(): Promise<Record<string, unknown>> {
  const [counts] = await rows(
    `select (select count(*)::integer from transactions where shareholder_id = $1) as transactions,
       (select count(*)::integer from payment_orders where tenant_id = $2) as orders,
       (select count(*)::integer from outbox where tenant_id = $2 and type = 'execution.start') as starts,
       (select count(*)::integer from audit_log where tenant_id = $2 and action = 'payment-order.requested') as audited`,
    [holder, acme.id],
  );
  return counts ?? {};
}

describe('a key orders one payment', () => {
  test('fifty keys, each posted twenty times at once, order and pay fifty', async () => {
    const keys = Array.from({ length: KEYS }, () => randomUUID());
    const answers = new Map<string, TestResponse[]>();
    const postAll = async (key: string) =>
      answers.set(key, await Promise.all(Array.from({ length: POSTS_PER_KEY }, () => order(key))));
    for (let first = 0; first < KEYS; first += KEYS_AT_ONCE)
      await Promise.all(keys.slice(first, first + KEYS_AT_ONCE).map(postAll));
    const fifty = { transactions: KEYS, orders: KEYS, starts: KEYS, audited: KEYS };
    expect(await effects()).toEqual(fifty);
    const ids = new Set<string>();
    for (const [key, all] of answers) {
      const winner = await order(key);
      expect(winner.header('idempotency-replayed')).toBe('true');
      ids.add(winner.body.id);
      for (const answer of all) {
        if (answer.status === 409) expect(answer.body.type).toBe('/problems/request-in-progress');
        else expect(answer.text).toBe(winner.text);
      }
      expect((await order(key, '8')).status).toBe(422);
    }
    expect(ids.size).toBe(KEYS);
    for (const id of ids) await ops.until(id, 'SETTLED');
    expect(await effects()).toEqual(fifty);
    const bank = await rows('select reference from mock_bank_payments where client_id = $1', [acme.id]);
    expect(bank.map(({ reference }) => reference).sort()).toEqual([...ids].sort());
  }, 180_000);

  test('what fails before the commit leaves neither an order nor an answer', async () => {
    const key = randomUUID();
    const before = await effects();
    await rows(`alter table outbox add constraint broken check (request_id = 'never') not valid`);
    expect((await order(key)).status).toBe(500);
    await rows('alter table outbox drop constraint broken');
    expect(await effects()).toEqual(before);
    const again = await order(key);
    expect(again.status).toBe(202);
    expect(again.header('idempotency-replayed')).toBeUndefined();
    await ops.until(again.body.id, 'SETTLED');
  });
});

test('transactions are listed newest first, page by page, by what they are and for whom', async () => {
  const { id: other } = await verifiedHolder(world.database.admin, acme.id, ops, magic('0600'));
  const amounts = ['1.00', '2.00', '3.00'];
  for (const amount of amounts) await ops.order({ shareholder_id: other, amount, currency: 'USD' });
  const waiting = (await ops.order({ shareholder_id: other, amount: '90000', currency: 'USD' })).body.id;
  const listed = async (query: Record<string, string>) => (await ops.list(query)).body;
  const first = await listed({ shareholder_id: other, limit: '3' });
  const second = await listed({ shareholder_id: other, limit: '3', cursor: first.next_cursor });
  expect(second.next_cursor).toBeNull();
  expect([...first.data, ...second.data].map(({ amount }: { amount: string }) => amount)).toEqual([
    '90000.00',
    ...amounts.toReversed(),
  ]);
  expect((await listed({ approval: 'REQUIRED' })).data.map(({ id }: { id: string }) => id)).toEqual([
    waiting,
  ]);
  expect((await listed({ status: 'PENDING', shareholder_id: other, type: 'DIVIDEND' })).data).toEqual([]);
  expect((await ops.list({ status: 'GONE' })).status).toBe(422);
  expect((await new Payments(acme.as('EMPLOYEE')).list()).status).toBe(403);
  const stranger = new Payments((await insertTestTenant(world.database.admin, 'ISSUER')).as('OPS'));
  expect((await stranger.list({ shareholder_id: other })).body.data).toEqual([]);
  expect((await stranger.get(waiting)).status).toBe(404);
});

test('an approval reaches an execution that began to wait while it was decided', async () => {
  const machine = process.env.DISBURSEMENT_MACHINE_ARN;
  process.env.DISBURSEMENT_MACHINE_ARN = `${machine}-gone`;
  const { body } = await ops.order({ shareholder_id: holder, amount: '99000', currency: 'USD' });
  process.env.DISBURSEMENT_MACHINE_ARN = machine;
  expect(body.approval).toBe('REQUIRED');

  const execution = await world.database.admin.connect();
  try {
    await execution.query('begin');
    await execution.query(
      `update payment_orders set waits_for = 'APPROVAL', task_token = 'begun' where transaction_id = $1`,
      [body.id],
    );
    const { actorId, tenantId } = acme.as('COMPLIANCE');
    const deciding = tenantTx(
      { tenantId, actorId, actorRole: 'COMPLIANCE', requestId: 'test' },
      (tx) => decideOrder(tx, body.id, 'APPROVED', { actorId, role: 'COMPLIANCE' }),
      {
        audit: () => ({ action: 'payment-order.approved', resource: `transactions/${body.id}`, payload: {} }),
      },
    );
    await expect
      .poll(() => rows(`select from pg_stat_activity where wait_event_type = 'Lock' and state = 'active'`))
      .not.toEqual([]);
    await execution.query('commit');
    // The token is the one that the decision found: nobody waits for it, so it is told in vain, and that is no error.
    expect(await (await deciding).result.afterCommit?.()).toBe(false);
    expect(
      await rows('select task_token, approval from payment_orders where transaction_id = $1', [body.id]),
    ).toEqual([{ task_token: 'begun', approval: 'APPROVED' }]);
  } finally {
    await execution.query('rollback');
    execution.release();
  }
});

describe('a payment that is cancelled', () => {
  const LATER = addDays(dayOf(new Date()), 5);
  const place = async (more: object, last4 = '0600') => {
    const { id } = await verifiedHolder(world.database.admin, acme.id, ops, magic(last4));
    return (await ops.order({ shareholder_id: id, amount: '7', currency: 'USD', ...more })).body.id as string;
  };
  const leftBehind = async (id: string) =>
    (
      await rows(
        `select (select count(*)::integer from mock_bank_payments where reference = $1) as at_bank,
           (select count(*)::integer from journal where transaction_id::text = $1) as booked,
           (select array_agg(type order by type) from outbox where type like 'transaction.%' and payload::text like '%' || $1 || '%') as told`,
        [id],
      )
    )[0];
  const ended = async (id: string): Promise<string | undefined> => {
    const executionArn = `${process.env.DISBURSEMENT_MACHINE_ARN?.replace('stateMachine', 'execution')}:${id}`;
    const client = new SFNClient({});
    return (await client.send(new DescribeExecutionCommand({ executionArn }))).status;
  };

  test('awaiting approval leaves nothing to decide, to send or to wait for', async () => {
    const id = await place({ amount: '99000' });
    await expect
      .poll(() => rows('select waits_for from payment_orders where transaction_id = $1', [id]), {
        timeout: 20_000,
      })
      .toEqual([{ waits_for: 'APPROVAL' }]);
    const stale = await ops.cancel(id, { version: 9 });
    expect(stale.status, stale.text).toBe(412);
    const cancelled = await new Payments(acme.as('COMPLIANCE')).cancel(id, {
      reason: 'The amount was mistyped.',
    });
    expect(cancelled, cancelled.text).toMatchObject({
      status: 200,
      body: { status: 'CANCELLED', return_code: 'CANCELLED', approval: 'WITHDRAWN', version: 2 },
    });
    expect((await ops.get(id)).body).toMatchObject({
      cancelled_by: acme.as('COMPLIANCE').actorId,
      cancel_reason: 'The amount was mistyped.',
      history: [{ from: 'PENDING', to: 'CANCELLED' }],
    });
    await expect.poll(() => ended(id), { timeout: 20_000 }).toBe('SUCCEEDED');
    const inbox = await new Approvals(acme.as('COMPLIANCE')).list({ kind: 'payment', state: 'PENDING' });
    expect(inbox.body.data.filter(({ subject }: { subject: { id: string } }) => subject.id === id)).toEqual(
      [],
    );
    expect((await new Payments(acme.as('ADMIN')).approve(id)).status).toBe(409);
    expect(await leftBehind(id)).toEqual({
      at_bank: 0,
      booked: 0,
      told: ['transaction.cancelled', 'transaction.created'],
    });
    expect(
      await rows(
        `select action, actor_role from audit_log where resource = $1 and action like '%.cancelled' order by 1`,
        [`transactions/${id}`],
      ),
    ).toEqual([{ action: 'payment-order.cancelled', actor_role: 'COMPLIANCE' }]);
    // Nothing was owed by it: what is to be paid after all is ordered anew.
    expect((await ops.order({ transaction_id: id })).body.type).toBe('/problems/payment-ordered');
    expect((await ops.cancel(id)).body).toMatchObject({
      type: '/problems/payment-not-cancellable',
      detail: 'The payment is CANCELLED.',
    });
  });

  test('while it is held is held no more', async () => {
    const id = await place({ not_before: LATER });
    expect((await ops.cancel(id)).body).toMatchObject({ status: 'CANCELLED' });
    await world.advance(6 * 86_400);
    expect(await ended(id)).toBe('SUCCEEDED');
    expect(await leftBehind(id)).toMatchObject({ at_bank: 0, booked: 0 });
  });

  test.each([
    ['a payment that the bank has', '0404', 'SENT'],
    ['a settled payment', '0000', 'SETTLED'],
  ])('%s is not cancelled, nor by SQL', async (_, last4, status) => {
    const id = await place({}, last4);
    await ops.until(id, status);
    expect(await ops.cancel(id)).toMatchObject({
      status: 409,
      body: { type: '/problems/payment-not-cancellable' },
    });
    expect((await ops.get(id)).body.status).toBe(status);
  });

  test('races with its approval and its execution, and either never reaches the bank or is paid once', async () => {
    const compliance = new Payments(acme.as('COMPLIANCE'));
    const racing = await Promise.all(
      Array.from({ length: 12 }, async (_, at) => {
        const isApproved = at % 2 === 0;
        const id = await place({ amount: isApproved ? '30000' : '1' });
        const [cancelled] = await Promise.all([
          ops.cancel(id, { version: 1 }),
          ...(isApproved ? [compliance.approve(id)] : []),
        ]);
        return { id, status: cancelled.status };
      }),
    );
    for (const { id, status } of racing) {
      expect([200, 409, 412]).toContain(status);
      const { status: end } = await ops.until(
        id,
        'CANCELLED',
        'SETTLED',
        ...(status === 200 ? [] : ['FAILED']),
      );
      expect(end, id).toBe(status === 200 ? 'CANCELLED' : 'SETTLED');
      expect(await leftBehind(id)).toMatchObject(
        status === 200 ? { at_bank: 0, booked: 0 } : { at_bank: 1, booked: 2 },
      );
    }
  });
});
