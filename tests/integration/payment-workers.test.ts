import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler as sweep } from '#functions/scheduled/sweep-outbox.ts';
import { handler as paymentRunWorker } from '#functions/workers/continue-payment-run.ts';
import { handler as callbackWorker } from '#functions/workers/send-bank-callbacks.ts';
import { queueName } from '#tests/support/aws-services.ts';
import { magic, Payments, verifiedHolder } from '#tests/support/payment-client.ts';
import { orderDividend } from '#tests/support/payment-load.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { drain, failedTries, recordOf, redrive, takeAll } from '#tests/support/queue-driver.ts';
import { randomOf, shuffledCopies } from '#tests/support/random.ts';
import { testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

/** More than a worker orders in one transaction, and some that it does. */
const DIVIDENDS = [205, 3, 4, 5] as const;

let world: PaymentsWorld;
let acme: TestTenant;

beforeAll(async () => {
  world = await paymentsWorld({ delivered: [] });
});
afterAll(() => world.close());
beforeEach(async () => {
  acme = await insertTestTenant(world.database.admin, 'ISSUER');
});

async function rows(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await world.database.admin.query(text, values)).rows;
}

/** Dividends with the order to pay them on the queue; their messages, off it. */
async function ordered(tenant: TestTenant, sizes: readonly number[]): Promise<object[]> {
  for (const size of sizes) await orderDividend(world.database.admin, tenant, size);
  return takeAll<object>(world.aws, 'payment-runs');
}

async function deliver(messages: readonly object[]): Promise<number> {
  const records = messages.map((message, index) => recordOf(message, 1, String(index)));
  return (await paymentRunWorker({ Records: records }, testContext())).batchItemFailures.length;
}

/** Returns what the worker leaves behind, without ids and times: each dividend's by its size. */
function tablesOf(tenant: TestTenant): Promise<Record<string, unknown>[]> {
  return rows(
    `select d.holders, d.state, r.state as run, r.ordered, r.without_kyc, r.without_account,
       (select count(*)::integer from payment_orders o join transactions t on t.tenant_id = o.tenant_id and t.id = o.transaction_id
         where t.dividend_id = d.id) as orders,
       (select count(*)::integer from outbox o join transactions t on t.id::text = o.payload ->> 'name'
         where o.type = 'execution.start' and t.dividend_id = d.id) as starts,
       (select count(*)::integer from audit_log where resource = 'dividends/' || d.id) as audited
     from dividends d join payment_runs r on r.tenant_id = d.tenant_id and r.dividend_id = d.id
     where d.tenant_id = $1 order by d.holders`,
    [tenant.id],
  );
}

const deadLetters = (queue: string): number =>
  world.aws.endpoint.queues.attributes(queueName(`${queue}-dlq`)).visible;

describe('orders of a whole dividend', () => {
  let machine: string | undefined;
  // Executions are none of the worker's business; those that were not started are still commands in its outbox.
  beforeAll(() => {
    machine = process.env.DISBURSEMENT_MACHINE_ARN;
    process.env.DISBURSEMENT_MACHINE_ARN = `${machine}-gone`;
  });
  afterAll(async () => {
    process.env.DISBURSEMENT_MACHINE_ARN = machine;
    // The relay would start them beside those of other tests, as soon as they are a minute old.
    await rows('delete from outbox');
  });

  test.each([1, 2, 3])(
    'that come one to five times, shuffled, leave the tables of the ordered run (seed %i)',
    async (seed) => {
      for (const message of await ordered(acme, DIVIDENDS)) expect(await deliver([message])).toBe(0);
      const expected = await tablesOf(acme);
      expect(expected.map(({ orders, starts }) => [orders, starts])).toEqual(
        [...DIVIDENDS].sort((a, b) => a - b).map((size) => [size, size]),
      );
      const other = await insertTestTenant(world.database.admin, 'ISSUER');
      const shuffled = shuffledCopies(await ordered(other, DIVIDENDS), 5, randomOf(seed));
      const half = Math.ceil(shuffled.length / 2);
      // Two workers at once.
      const failures = await Promise.all([deliver(shuffled.slice(0, half)), deliver(shuffled.slice(half))]);
      expect(failures, `seed ${seed}`).toEqual([0, 0]);
      expect(await tablesOf(other), `seed ${seed}`).toEqual(expected);
    },
  );

  test('one that fails among ten is alone, is a dead letter after five deliveries, and is redriven once', async () => {
    const sizes = Array.from({ length: 10 }, (_, index) => index + 1);
    for (const size of sizes) await orderDividend(world.database.admin, acme, size);
    const [bad] = await rows(
      'select t.id from transactions t join dividends d on d.id = t.dividend_id where d.tenant_id = $1 and d.holders = 7 limit 1',
      [acme.id],
    );
    await rows(
      `create function fail() returns trigger language plpgsql as $$ begin raise exception 'poison'; end $$`,
    );
    await rows(`create trigger fail before insert on payment_orders for each row when (new.transaction_id = '${bad?.id}')
      execute function fail()`);
    try {
      expect(await failedTries(world.aws, 'payment-runs', paymentRunWorker)).toEqual([1, 2, 3, 4, 5]);
    } finally {
      await rows('drop trigger fail on payment_orders');
      await rows('drop function fail');
    }
    expect(deadLetters('payment-runs')).toBe(1);
    const orders = async () => (await tablesOf(acme)).map(({ orders: count }) => count);
    expect(await orders()).toEqual(sizes.map((size) => (size === 7 ? 0 : size)));
    redrive(world.aws, 'payment-runs');
    expect(await failedTries(world.aws, 'payment-runs', paymentRunWorker)).toEqual([]);
    expect(await orders()).toEqual(sizes);
    expect((await tablesOf(acme)).every(({ run }) => run === 'DONE')).toBe(true);
  });
});

test('what the worker has ordered and a crash has left is started by the relay, and paid once', async () => {
  const machine = process.env.DISBURSEMENT_MACHINE_ARN;
  process.env.DISBURSEMENT_MACHINE_ARN = `${machine}-gone`;
  for (const message of await ordered(acme, [6])) expect(await deliver([message, message])).toBe(0);
  process.env.DISBURSEMENT_MACHINE_ARN = machine;
  await rows(`update outbox set created_at = now() - interval '1 hour' where tenant_id = $1`, [acme.id]);
  for (const _ of [1, 2]) await sweep({ time: new Date().toISOString() }, testContext());
  const settled = async () => {
    await drain(world.aws, 'mock-bank-callbacks', callbackWorker);
    return (
      await rows(
        `select count(*)::integer as n from transactions where tenant_id = $1 and status = 'SETTLED'`,
        [acme.id],
      )
    )[0]?.n;
  };
  await expect.poll(settled, { timeout: 30_000 }).toBe(6);
  const [bank] = await rows(
    'select count(*)::integer as payments, count(distinct reference)::integer as paid from mock_bank_payments where client_id = $1',
    [acme.id],
  );
  expect(bank).toEqual({ payments: 6, paid: 6 });
});

test('a callback that is refused among ten is alone, is a dead letter after six deliveries, and is redriven once', async () => {
  const ops = new Payments(acme.as('OPS'));
  const pay = async (amount: string) => {
    const { id } = await verifiedHolder(world.database.admin, acme.id, ops, magic('0404'));
    return (await ops.order({ shareholder_id: id, amount, currency: 'USD' })).body.id as string;
  };
  const sent = await Promise.all(Array.from({ length: 9 }, () => pay('10')));
  for (const id of sent) await ops.until(id, 'SENT');
  // Waits for approval, so that the bank can't have it yet.
  const early = await pay('20000');
  for (const reference of [...sent.slice(0, 4), early, ...sent.slice(4)])
    world.aws.endpoint.queues.send(queueName('mock-bank-callbacks'), {
      body: JSON.stringify({
        ...{ client_id: acme.id, signature: 'good' },
        body: JSON.stringify({ event_id: randomUUID(), client_id: acme.id, reference, kind: 'SETTLED' }),
      }),
    });
  expect(await failedTries(world.aws, 'mock-bank-callbacks', callbackWorker)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(deadLetters('mock-bank-callbacks')).toBe(1);
  for (const id of sent) await ops.until(id, 'SETTLED');
  expect((await ops.get(early)).body.status).toBe('PENDING');
  await new Payments(acme.as('COMPLIANCE')).approve(early);
  await ops.until(early, 'SENT');
  redrive(world.aws, 'mock-bank-callbacks');
  expect(await failedTries(world.aws, 'mock-bank-callbacks', callbackWorker)).toEqual([]);
  await ops.until(early, 'SETTLED');
  const [words] = await rows('select count(*)::integer as n from bank_events where tenant_id = $1', [
    acme.id,
  ]);
  expect(words).toEqual({ n: 10 });
});
