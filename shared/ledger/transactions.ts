import { type Selectable, sql } from 'kysely';
import type { TransactionStatus, TransactionType } from '#contracts/transactions.ts';
import type { Transactions, TransactionTransitions } from '#generated/database.ts';
import { emit, type TenantRead, type TenantTx } from '#platform/db/tenant-tx.ts';
import { toTransactionState } from './transaction-state.ts';

export const TRANSACTION_COLUMNS = [
  'adjustment_id',
  'adjusts',
  'amount',
  'compensates',
  'created_at',
  'created_by',
  'currency',
  'dividend_id',
  'id',
  'memo',
  'plan_id',
  'repays_dividend_id',
  'return_code',
  'reverses',
  'shareholder_id',
  'source_account',
  'status',
  'tenant_id',
  'type',
  'updated_at',
  'version',
  'withheld',
  'withholding',
  'withholding_rate',
] as const satisfies readonly (keyof Transactions)[];

export type TransactionRow = Selectable<Transactions>;

/** An account that owes the money of a payment. */
export type SourceAccount = NonNullable<TransactionRow['source_account']>;

/** Locks the transaction until ours ends: what the bank reports, and how an execution learns of it, take turns here. */
export function lockTransaction(tx: TenantTx, id: string): Promise<TransactionRow | undefined> {
  return tx
    .selectFrom('transactions')
    .select(TRANSACTION_COLUMNS)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

/** Locks transactions in the order of their ids, until ours ends. */
export function lockTransactions(tx: TenantTx, ids: readonly string[]): Promise<TransactionRow[]> {
  return tx
    .selectFrom('transactions')
    .select(TRANSACTION_COLUMNS)
    .where('id', '=', (eb) => eb.fn.any(eb.val([...ids])))
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** Locks the transactions among these that are pending, in the order of their ids, until ours ends. */
export function lockPending(tx: TenantTx, ids: readonly string[]): Promise<TransactionRow[]> {
  return tx
    .selectFrom('transactions')
    .select(TRANSACTION_COLUMNS)
    .where('id', '=', (eb) => eb.fn.any(eb.val([...ids])))
    .where('status', '=', 'PENDING')
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** The tax that a payment of a dividend is short of, and the rule by which it was withheld. */
export type Withheld = Pick<TransactionRow, 'withheld' | 'withholding' | 'withholding_rate'>;

export interface NewTransaction {
  readonly type: TransactionType;
  /** Minor units. */
  readonly amount: bigint;
  readonly currency: string;
  readonly shareholder_id: string | null;
  readonly plan_id: string | null;
  readonly memo: string | null;
  readonly source_account: SourceAccount | null;
  /** The payment whose money it asks back. */
  readonly reverses?: string;
  /** @default whom the transaction of the database works for */
  readonly created_by?: string;
}

/** The part of a transaction that takes the place of another one, from whose dividend tax was withheld once. */
export interface Repaying extends Withheld {
  /** The dividend whose entitlement is paid again by it. */
  readonly repays_dividend_id: string | null;
}

/** The part of a transaction that corrects what a dividend owes. */
interface Adjusting {
  readonly id?: string;
  readonly dividend_id: string;
  readonly adjustment_id: string;
  /** The payment that it takes back, or is left of. */
  readonly adjusts: string | null;
  /** A transaction that takes a payment back is settled at once. */
  readonly status?: 'SETTLED';
}

/** Enters a transaction, which is pending unless it takes another one back, and publishes it. */
export async function createTransaction(
  tx: TenantTx,
  transaction: NewTransaction & Partial<Adjusting & Withheld> & (Repaying | { repays_dividend_id?: never }),
): Promise<TransactionRow> {
  const created = await tx
    .insertInto('transactions')
    .values(transaction)
    .returning(TRANSACTION_COLUMNS)
    .executeTakeFirstOrThrow();
  emit(tx, 'transaction.created', { transactions: [toTransactionState(created)] });
  return created;
}

type TransitionRow = Pick<
  Selectable<TransactionTransitions>,
  'version' | 'from_status' | 'to_status' | 'return_code' | 'occurred_at'
>;

/** Lists the changes of a transaction's status, the first one first. */
export function listTransitions(read: TenantRead, transactionId: string): Promise<TransitionRow[]> {
  return read
    .selectFrom('transaction_transitions')
    .select(['version', 'from_status', 'to_status', 'return_code', 'occurred_at'])
    .where('transaction_id', '=', transactionId)
    .orderBy('version')
    .execute();
}

/** The transaction that took this one back, if one did. */
export function findCompensation(
  read: TenantRead,
  transactionId: string,
): Promise<{ readonly id: string } | undefined> {
  return read
    .selectFrom('transactions')
    .select('id')
    .where('compensates', '=', transactionId)
    .executeTakeFirst();
}

/** The one update that changes a status: it finds the row only in the version that the caller has read. */
export function setStatus(
  tx: TenantTx,
  { id, version }: Pick<TransactionRow, 'id' | 'version'>,
  status: TransactionStatus,
  returnCode?: string,
): Promise<TransactionRow | undefined> {
  return tx
    .updateTable('transactions')
    .set({
      status,
      version: version + 1,
      updated_at: sql<Date>`now()`,
      ...(returnCode === undefined ? {} : { return_code: returnCode }),
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .returning(TRANSACTION_COLUMNS)
    .executeTakeFirst();
}

/** Marks transactions as sent that are locked and pending. */
export function setSent(tx: TenantTx, ids: readonly string[]): Promise<TransactionRow[]> {
  return tx
    .updateTable('transactions')
    .set((eb) => ({ status: 'SENT', version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', (eb) => eb.fn.any(eb.val([...ids])))
    .where('status', '=', 'PENDING')
    .returning(TRANSACTION_COLUMNS)
    .execute();
}

/** Fails the transactions of a dividend that are pending, for a range of holders. Publishing them is left to the caller. */
export function failPendingDividend(
  tx: TenantTx,
  dividendId: string,
  { first, last }: { readonly first: string; readonly last: string },
  code: string,
) {
  return tx
    .updateTable('transactions')
    .set((eb) => ({
      status: 'FAILED',
      return_code: code,
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('dividend_id', '=', dividendId)
    .where('compensates', 'is', null)
    .where('shareholder_id', '>=', first)
    .where('shareholder_id', '<=', last)
    .where('status', '=', 'PENDING')
    .returning(['id', 'shareholder_id', 'amount', 'version', 'created_at', 'updated_at'])
    .execute();
}

/** Whether an adjustment has taken a payment back: nothing is owed by it any more. */
export async function isAdjusted(read: TenantRead, id: string): Promise<boolean> {
  const { rows } = await sql`select from transactions where adjusts = ${id} and amount < 0`.execute(read);
  return rows.length > 0;
}

/** Whether nothing of a dividend is owed any more, see `migrations/functions/is_paid_off.sql`. */
export async function isPaidOff(read: TenantRead, dividendId: string): Promise<boolean> {
  const { rows } = await sql<{
    paid: boolean;
  }>`select is_paid_off(current_tenant(), ${dividendId}) as paid`.execute(read);
  return rows[0]?.paid === true;
}

/** The dividend that a transaction pays, for the first time or again. */
export function dividendOf(
  transaction: Pick<TransactionRow, 'dividend_id' | 'repays_dividend_id'>,
): string | null {
  return transaction.dividend_id ?? transaction.repays_dividend_id;
}

/** Returns what a payment says of its dividend when it takes the place of another one: of which it is, and what was withheld from it already. */
export function repaying(transaction: TransactionRow): Repaying {
  const { withheld, withholding, withholding_rate } = transaction;
  return { repays_dividend_id: dividendOf(transaction), withheld, withholding, withholding_rate };
}
