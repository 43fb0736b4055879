import { type Selectable, sql } from 'kysely';
import type { BankEvents } from '#generated/database.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { PaymentEventKind } from './bank-event-kind.ts';

const COLUMNS = [
  'applied_at',
  'code',
  'event_id',
  'kind',
  'received_at',
  'tenant_id',
  'transaction_id',
] as const satisfies readonly (keyof BankEvents)[];

export type BankEventRow = Selectable<BankEvents>;

export interface BankEvent {
  readonly transaction_id: string;
  /** The bank's id of the event; a repeated callback has the same. */
  readonly event_id: string;
  readonly kind: PaymentEventKind;
  readonly code?: string | null | undefined;
}

/** Stores a bank event; returns false if it was already stored. */
export async function insertBankEvent(tx: TenantTx, event: BankEvent): Promise<boolean> {
  const inserted = await tx
    .insertInto('bank_events')
    .values({ ...event, code: event.code ?? null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** Lists events in the order in which the bank reported them. */
export function listUnapplied(read: TenantRead, transactionId: string): Promise<BankEventRow[]> {
  return read
    .selectFrom('bank_events')
    .select(COLUMNS)
    .where('transaction_id', '=', transactionId)
    .where('applied_at', 'is', null)
    .orderBy('received_at')
    .execute();
}

export async function setApplied(tx: TenantTx, transactionId: string): Promise<void> {
  await tx
    .updateTable('bank_events')
    .set({ applied_at: sql<Date>`clock_timestamp()` })
    .where('transaction_id', '=', transactionId)
    .where('applied_at', 'is', null)
    .execute();
}
