import { type Selectable, sql } from 'kysely';
import type { PaymentOrders } from '#generated/database.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { MAY_BE_AT_BANK } from './at-bank.ts';

const COLUMNS = [
  'approval',
  'automatic_repayments',
  'bank_account_id',
  'bank_reference',
  'cancel_reason',
  'cancelled_by',
  'channel',
  'decided_at',
  'decided_by',
  'idempotency_key',
  'not_before',
  'released_at',
  'replaces',
  'request_id',
  'requested_by',
  'restarts',
  'reversal_reason',
  'started_at',
  'task_token',
  'tenant_id',
  'transaction_id',
  'waits_for',
] as const satisfies readonly (keyof PaymentOrders)[];

export type OrderRow = Selectable<PaymentOrders>;

export interface NewOrder {
  readonly transaction_id: string;
  readonly bank_account_id: string;
  readonly channel: OrderRow['channel'];
  readonly replaces?: string | null;
  readonly requested_by: string | null;
  readonly request_id: string;
  readonly idempotency_key?: string | null;
  readonly approval: OrderRow['approval'];
  readonly decided_by?: string | null;
  readonly decided_at?: Date | null;
  /** The first day on which it may be paid, where the tenant lives. */
  readonly not_before?: string | null;
  /** Why the money of a payment is asked back. */
  readonly reversal_reason?: string;
}

/** @throws DomainError `payment-ordered` at the end of the transaction's statement, by its unique constraints */
export function insertOrder(tx: TenantTx, order: NewOrder): Promise<OrderRow> {
  return tx.insertInto('payment_orders').values(order).returning(COLUMNS).executeTakeFirstOrThrow();
}

export function findOrder(read: TenantRead, transactionId: string): Promise<OrderRow | undefined> {
  return read
    .selectFrom('payment_orders')
    .select(COLUMNS)
    .where('transaction_id', '=', transactionId)
    .executeTakeFirst();
}

/** Returns the orders of transactions, by their ids. */
export async function findOrders(
  read: TenantRead,
  transactionIds: readonly string[],
): Promise<ReadonlyMap<string, OrderRow>> {
  const rows = await read
    .selectFrom('payment_orders')
    .select(COLUMNS)
    .where('transaction_id', '=', (eb) => eb.fn.any(eb.val([...transactionIds])))
    .execute();
  return new Map(rows.map((row) => [row.transaction_id, row]));
}

/** Returns the payment that has taken the place of another one, however often that was tried; itself where none has. */
export async function findNewestPayment(read: TenantRead, transactionId: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`select newest_payment(${transactionId}) as id`.execute(read);
  return rows[0]?.id ?? transactionId;
}

export function findOrderByKey(read: TenantRead, key: string): Promise<OrderRow | undefined> {
  return read
    .selectFrom('payment_orders')
    .select(COLUMNS)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
}

/** Decides an order that nobody has decided: of many concurrent decisions, one gets the row. Nobody decides what is withdrawn. */
export function setDecision(
  tx: TenantTx,
  transactionId: string,
  approval: 'APPROVED' | 'DENIED' | 'WITHDRAWN',
  decidedBy: string | null,
): Promise<OrderRow | undefined> {
  return tx
    .updateTable('payment_orders')
    .set({ approval, decided_by: decidedBy, decided_at: decidedBy === null ? null : sql<Date>`now()` })
    .where('transaction_id', '=', transactionId)
    .where('approval', '=', 'REQUIRED')
    .returning(COLUMNS)
    .executeTakeFirst();
}

/** Tells of an order whether the bank may have its payment. */
export async function findCancellable(
  read: TenantRead,
  transactionId: string,
): Promise<{ readonly is_at_bank: boolean } | undefined> {
  const { rows } = await sql<{ is_at_bank: boolean }>`
    select ${MAY_BE_AT_BANK} as is_at_bank from payment_orders o where o.transaction_id = ${transactionId}`.execute(
    read,
  );
  return rows[0];
}

/** Keeps who has cancelled an order and why; nobody approves it any more. */
export function setCancelled(
  tx: TenantTx,
  transactionId: string,
  cancelledBy: string,
  reason: string,
): Promise<OrderRow | undefined> {
  return tx
    .updateTable('payment_orders')
    .set({
      cancelled_by: cancelledBy,
      cancel_reason: reason,
      approval: sql<OrderRow['approval']>`case approval when 'REQUIRED' then 'WITHDRAWN' else approval end`,
    })
    .where('transaction_id', '=', transactionId)
    .returning(COLUMNS)
    .executeTakeFirst();
}

export interface OrderChange {
  readonly released_at?: Date;
  readonly bank_reference?: string;
  readonly waits_for?: 'APPROVAL' | 'SETTLEMENT';
  readonly task_token?: string;
}

export async function setOrder(tx: TenantTx, transactionId: string, change: OrderChange): Promise<void> {
  await tx.updateTable('payment_orders').set(change).where('transaction_id', '=', transactionId).execute();
}

/** Counts a restart, and stores when it was requested. */
export function setRestarted(tx: TenantTx, transactionId: string, at: Date): Promise<OrderRow | undefined> {
  return tx
    .updateTable('payment_orders')
    .set((eb) => ({ restarts: eb('restarts', '+', 1), started_at: at }))
    .where('transaction_id', '=', transactionId)
    .returning(COLUMNS)
    .executeTakeFirst();
}
