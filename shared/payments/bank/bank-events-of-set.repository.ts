import { sql } from 'kysely';
import type { OrderRow } from '#payments/orders/payment-order.repository.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { BankEvent } from './bank-event.repository.ts';

/** An order of which nothing else is under way. */
export type PlainOrder = Pick<OrderRow, 'transaction_id' | 'bank_account_id' | 'waits_for' | 'task_token'>;

/** Lists the orders of payments that have left, of which nothing waits to be applied, and which nobody asks back. */
export async function listPlain(
  tx: TenantTx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PlainOrder>> {
  const { rows } = await sql<PlainOrder>`
    select o.transaction_id, o.bank_account_id, o.waits_for, o.task_token from payment_orders o
    where o.transaction_id = any(${[...ids]}::uuid[]) and o.released_at is not null
      and not exists (select from bank_events b where b.transaction_id = o.transaction_id and b.applied_at is null)
      and not exists (select from ledger_transactions r where r.reverses = o.transaction_id)`.execute(tx);
  return new Map(rows.map((row) => [row.transaction_id, row]));
}

/** Stores events that are applied in this transaction. Returns the payments whose event was not stored before. */
export async function insertAppliedEvents(
  tx: TenantTx,
  events: readonly BankEvent[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ transaction_id: string }>`
    insert into bank_events (transaction_id, event_id, kind, code, applied_at)
    select e.transaction_id, e.event_id, e.kind, e.code, clock_timestamp()
    from json_to_recordset(${JSON.stringify(events)}) as e (transaction_id uuid, event_id text, kind text, code text)
    order by e.transaction_id on conflict do nothing returning transaction_id`.execute(tx);
  return new Set(rows.map(({ transaction_id }) => transaction_id));
}
