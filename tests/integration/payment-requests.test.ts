import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decideOrder } from '#payments/orders/decide-order.ts';
import { tenantTx } from '#platform/db/tenant-tx.ts';
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
        if (answer.status === 409) expect(answer.body.type).toBe('urn:vestry:problem:request-in-progress');
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
