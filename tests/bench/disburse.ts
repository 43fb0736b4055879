import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DAY_MS } from '#kernel/calendar.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { bankApiKey } from '#payments/bank/bank-signature.ts';
import { reconcileStuckPayments } from '#payments/execution/reconcile-payments.ts';
import { writeDueFiles } from '#payments/files/write-outbound-files.ts';
import { queueName } from '#tests/support/aws-services.ts';
import { BothBanks } from '#tests/support/both-banks.ts';
import { ACCOUNT, magic } from '#tests/support/payment-client.ts';
import { orderDividend } from '#tests/support/payment-load.ts';
import { BANK_SECRET, type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { benchDatabase } from './bench-database.ts';
import { median } from './interleave.ts';

/** Rare enough that looking costs nothing beside the work. */
const POLL_MS = 200;
/** Each tenth payment by file comes back. */
const RETURNED = 10;
/** The time that a sweep has, less what it leaves for its end. */
const FIRING_MS = 240_000;

/** Measures, per payment, the cost of our part beside the bank's own, and how it grows with the number of payments; by file, each of its steps. */
export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      counts: { type: 'string', default: '100,1000,10000' },
      rounds: { type: 'string', default: '1' },
      channels: { type: 'string', default: 'bank,file' },
    },
  });
  const channels = values.channels.split(',');
  const counts = values.counts.split(',').map(Number);
  const database = await benchDatabase();
  const world = await paymentsWorld({ database, waitSeconds: 3_600 });
  const rows: Record<
    string,
    { 'payments/s': number; 'ms a payment': string; 'bank alone, ms': string; ratio: string }
  > = {};
  try {
    if (channels.includes('file')) await byFile(world, counts);
    if (!channels.includes('bank')) return;
    for (const count of counts) {
      const ms: number[] = [];
      const bankMs: number[] = [];
      for (let round = 0; round < Number(values.rounds); round++) {
        ms.push((await pay(world, count)) / count);
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

/** Pays a dividend: orders, executions, bank, callbacks, until all have settled and the bank has nothing left to say. */
async function pay({ database, aws }: PaymentsWorld, count: number): Promise<number> {
  const tenant = await insertTestTenant(database.admin, 'ISSUER');
  const startedMs = performance.now();
  await orderDividend(database.admin, tenant, count);
  for (;;) {
    const { rows } = await database.admin.query(
      `select count(*)::integer as left from transactions where tenant_id = $1 and status <> 'SETTLED'`,
      [tenant.id],
    );
    const said = aws.endpoint.queues.attributes(queueName('mock-bank-callbacks'));
    if (rows[0].left === 0 && said.visible + said.notVisible + said.delayed === 0)
      return performance.now() - startedMs;
    await sleep(POLL_MS);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** Pays a dividend by one file: orders, the file, its returns, and the settlement of what is left by silence. */
async function byFile(world: PaymentsWorld, counts: readonly number[]): Promise<void> {
  const { admin } = world.database;
  // Nobody is there who could prove one.
  process.env.SECOND_FACTOR = 'off';
  const banks = new BothBanks(world);
  const rows: Record<string, Record<string, string>> = {};
  for (const count of counts) {
    const tenant = await banks.tenant('by file');
    const last4s = Array.from({ length: count }, (_, index) => (index % RETURNED === 0 ? '0124' : '0000'));
    const left = async (condition: string): Promise<number> => {
      const { rows: found } = await admin.query(
        `select count(*)::integer as n from transactions t left join payment_orders o on o.transaction_id = t.id
         where t.tenant_id = $1 and not coalesce(${condition}, false)`,
        [tenant.id],
      );
      return found[0].n;
    };
    const none = async (condition: string): Promise<void> => {
      while ((await left(condition)) > 0) await sleep(20);
    };
    const now = world.clock.now();
    const ordered = await timed(async () => {
      await orderDividend(admin, tenant, count, last4s);
      await none('o.task_token is not null');
    });
    const written = await timed(() => writeDueFiles(now, 'r', () => 3_600_000));
    await banks.answer(now);
    const returned = await timed(() => banks.answer(new Date(now.getTime() + 7 * DAY_MS)));
    const startedMs = performance.now();
    const remainingMs = () => FIRING_MS - (performance.now() - startedMs);
    await reconcileStuckPayments(new Date(now.getTime() + 14 * DAY_MS), 'r', remainingMs);
    const settled = performance.now() - startedMs;
    const unsettled = await left(`t.status in ('SETTLED', 'FAILED')`);
    const seconds = (ms: number) => (ms / 1_000).toFixed(1);
    rows[String(count)] = {
      'ordered, s': seconds(ordered),
      'written, s': seconds(written),
      'returns applied, s': seconds(returned),
      'settled, s': seconds(settled),
      'left after one firing': String(unsettled),
      'ms a payment': ((ordered + written + returned + settled) / count).toFixed(2),
    };
  }
  banks.close();
  console.log('\ndisbursements by file, each tenth returned');
  console.table(rows);
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
