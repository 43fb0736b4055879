import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { uuidV7 } from '#kernel/ids.ts';
import { bankApiKey } from '#payments/bank/bank-signature.ts';
import { ACCOUNT, magic } from '#tests/support/payment-client.ts';
import { orderDividend } from '#tests/support/payment-load.ts';
import { BANK_SECRET, type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { benchDatabase } from './bench-database.ts';
import { median } from './interleave.ts';

/** Measures, per payment, the cost of our part beside the bank's own, and how it grows with the number of payments. */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      counts: { type: 'string', default: '100,1000,10000' },
      rounds: { type: 'string', default: '1' },
    },
  });
  const database = await benchDatabase();
  const world = await paymentsWorld({ database, waitSeconds: 3_600 });
  const rows: Record<
    string,
    { 'payments/s': number; 'ms a payment': string; 'bank alone, ms': string; ratio: string }
  > = {};
  try {
    for (const count of values.counts.split(',').map(Number)) {
      const ms: number[] = [];
      const bankMs: number[] = [];
      for (let round = 0; round < Number(values.rounds); round++) {
        ms.push((await pay(database.admin, count)) / count);
        bankMs.push((await bankAlone(world, Math.min(count, 500))) / Math.min(count, 500));
      }
      const [ours, bank] = [median(ms), median(bankMs)];
      rows[String(count)] = {
        'payments/s': Math.round(1_000 / ours),
        'ms a payment': ours.toFixed(2),
        'bank alone, ms': bank.toFixed(2),
        ratio: (ours / bank).toFixed(2),
      };
    }
    console.log('\ndisbursements through the state machine, from the first start to the last settlement');
    console.table(rows);
  } finally {
    await world.close();
  }
}

type Admin = Awaited<ReturnType<typeof benchDatabase>>['admin'];

/** Pays a dividend: orders, executions, bank, callbacks, until all have settled. */
async function pay(admin: Admin, count: number): Promise<number> {
  const tenant = await insertTestTenant(admin, 'ISSUER');
  const startedMs = performance.now();
  await orderDividend(admin, tenant, count);
  for (;;) {
    const { rows } = await admin.query(
      `select count(*)::integer as left from transactions where tenant_id = $1 and status <> 'SETTLED'`,
      [tenant.id],
    );
    if (rows[0].left === 0) return performance.now() - startedMs;
    await sleep(20);
  }
}

async function callBank({ url }: PaymentsWorld): Promise<void> {
  const id = uuidV7();
  const order = {
    ...ACCOUNT,
    account_number: magic('0404'),
    client_id: id,
    reference: id,
    amount: '100',
    currency: 'USD',
  };
  const answer = await fetch(`${url}/mock-bank/payments`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-bank-key': bankApiKey(BANK_SECRET),
      'idempotency-key': id,
    },
    body: JSON.stringify(order),
  });
  if (!answer.ok) throw new Error(`the bank answered ${answer.status}`);
  await answer.arrayBuffer();
}

/** The bank's own part: to take an order over HTTP and keep it, as many at once as executions run. */
async function bankAlone(world: PaymentsWorld, count: number): Promise<number> {
  const startedMs = performance.now();
  const numbers = Array.from({ length: count }, (_, index) => index).values();
  const client = async (): Promise<void> => {
    for (const _ of numbers) await callBank(world);
  };
  await Promise.all(Array.from({ length: 16 }, client));
  return performance.now() - startedMs;
}
