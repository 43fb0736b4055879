import type pg from 'pg';
import { handler as project } from '#functions/workers/project-transactions.ts';
import { changeStatus } from '#ledger/change-status.ts';
import { compensate } from '#ledger/compensate.ts';
import { createTransaction, lockTransaction, repaying } from '#ledger/transactions.ts';
import { found } from '#platform/db/found.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import type { TestAws } from './aws-services.ts';
import { recordOf } from './queue-driver.ts';
import { testContext } from './request.ts';
import type { TestTenant } from './tenants.ts';

export type BusEvents = TestAws['events'][number]['event'][];

/** Returns the transaction events that were put on the bus since the last call. */
export function takeTransactionEvents(aws: TestAws): BusEvents {
  const taken = aws.events.splice(0).map(({ event }) => event);
  return taken.filter((event) => event['detail-type'].startsWith('transaction.'));
}

/** Hands events to the consumer, a batch at a time; answers the ids of those that it refused. */
export async function consume(events: BusEvents, batchSize = 10): Promise<string[]> {
  const refused: string[] = [];
  for (let start = 0; start < events.length; start += batchSize) {
    const batch = events.slice(start, start + batchSize);
    const Records = batch.map((event, index) => recordOf(event, 1, `${start + index}`));
    const { batchItemFailures } = await project({ Records }, testContext());
    refused.push(...batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  }
  return refused;
}

/** Changes a payment's status, as a bank event would. */
export async function move(
  tenant: TestTenant,
  transactionId: string,
  status: 'SENT' | 'SETTLED' | 'FAILED',
  code?: string,
): Promise<void> {
  await systemWrite(
    systemActor(tenant.id, 'test', { suspended: 'goes-on' }),
    async (tx) => changeStatus(tx, found(await lockTransaction(tx, transactionId)), status, code),
    { audit: ({ id }) => ({ action: 'payment-order.ended', resource: `transactions/${id}`, payload: {} }) },
  );
}

/** Takes a settled payment back, as a return of the bank would. */
export async function giveBack(tenant: TestTenant, transactionId: string): Promise<void> {
  await systemWrite(
    systemActor(tenant.id, 'test', { suspended: 'goes-on' }),
    async (tx) => compensate(tx, found(await lockTransaction(tx, transactionId)), 'R02'),
    { audit: ({ id }) => ({ action: 'payment-order.ended', resource: `transactions/${id}`, payload: {} }) },
  );
}

/** Enters another payment in the place of one that failed or came back, ordered as the first one was; answers its id. */
export async function payAgain(admin: pg.Pool, tenant: TestTenant, transactionId: string): Promise<string> {
  const { id } = await systemWrite(
    systemActor(tenant.id, 'test', { suspended: 'goes-on' }),
    async (tx) => {
      const old = found(await lockTransaction(tx, transactionId));
      const { amount, currency, shareholder_id } = old;
      return createTransaction(tx, {
        ...{ type: 'DISBURSE', amount, currency, shareholder_id, plan_id: null, memo: null },
        source_account: old.return_code === 'R02' ? 'RETURNS' : 'DIVIDENDS_PAYABLE',
        ...repaying(old),
      });
    },
    { audit: ({ id }) => ({ action: 'payment-order.ended', resource: `transactions/${id}`, payload: {} }) },
  );
  const client = await admin.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query(
      `insert into payment_orders (tenant_id, transaction_id, bank_account_id, channel, replaces, requested_by, request_id, released_at)
       values ($1, $2, gen_random_uuid(), 'BANK', $3, gen_random_uuid(), 'test', now())`,
      [tenant.id, id, transactionId],
    );
  } finally {
    await client.query('set session_replication_role = origin');
    client.release();
  }
  return id;
}

const COLUMNS = `id, version, type, status, amount::text, currency, shareholder_id, plan_id, dividend_id, compensates, return_code`;

/** The reporting tables of a tenant, to the byte. */
export async function reported(admin: pg.Pool, tenantId: string): Promise<unknown[]> {
  const { rows } = await admin.query(
    `select ${COLUMNS}, source, effective_date, created_at::text, updated_at::text from reporting_transactions where tenant_id = $1 order by id`,
    [tenantId],
  );
  return rows;
}

/** Returns the same rows, recomputed from the ledger. */
export async function recomputed(admin: pg.Pool, tenantId: string): Promise<unknown[]> {
  const { rows } = await admin.query(
    `select ${COLUMNS.split(', ')
      .map((column) => `t.${column}`)
      .join(', ')},
       (select source from contributions c where c.tenant_id = t.tenant_id and c.id = t.id) as source,
       (select effective_date from contributions c where c.tenant_id = t.tenant_id and c.id = t.id) as effective_date,
       date_trunc('milliseconds', t.created_at)::text as created_at, date_trunc('milliseconds', t.updated_at)::text as updated_at
     from transactions t where tenant_id = $1 order by id`,
    [tenantId],
  );
  return rows;
}

/** The sums of a tenant's journal, by reason, in minor units. */
export async function journalSums(
  admin: pg.Pool,
  tenantId: string,
): Promise<Readonly<Record<string, bigint>>> {
  const { rows } = await admin.query(
    'select reason, sum(amount)::text as amount from journal where tenant_id = $1 group by 1',
    [tenantId],
  );
  return Object.fromEntries(rows.map(({ reason, amount }) => [reason, BigInt(amount)]));
}
