import { sql } from 'kysely';
import { emit, type TenantRead, type TenantTx } from '#platform/db/tenant-tx.ts';
import { fromMinor } from '#platform/money.ts';
import type { Chunk, HolderRange } from './dividend-chunk.repository.ts';

export interface Payment {
  readonly id: string;
  readonly shareholder_id: string;
  readonly amount: bigint;
  readonly version: number;
}

/**
 * Writes the transactions of a range of lines: one statement, in the order of the keys. `first-time` is for a range of which
 * nothing was written before, since looking for each row costs a sixth of writing it; then a repetition violates the primary key.
 */
export async function insertPayments(
  tx: TenantTx,
  dividendId: string,
  { first, last }: HolderRange,
  currency: string,
  attempt: 'first-time' | 'repeated',
): Promise<Payment[]> {
  const known = attempt === 'repeated' ? sql`on conflict (tenant_id, id) do nothing` : sql``;
  const { rows } = await sql<Payment>`
    insert into transactions (id, type, amount, currency, shareholder_id, dividend_id)
    select transaction_id, 'DIVIDEND', amount, ${currency}, shareholder_id, dividend_id from dividend_lines
    where dividend_id = ${dividendId}::uuid and shareholder_id between ${first}::uuid and ${last}::uuid and transaction_id is not null
    order by shareholder_id ${known}
    returning id, shareholder_id, amount, version`.execute(tx);
  return rows;
}

/** Fails what is still pending of a range of lines. */
export function voidPayments(tx: TenantTx, { dividendId, first, last }: Chunk): Promise<Payment[]> {
  return tx
    .updateTable('transactions')
    .set((eb) => ({
      status: 'FAILED',
      return_code: 'CANCELLED',
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('dividend_id', '=', dividendId)
    .where('compensates', 'is', null)
    .where('shareholder_id', '>=', first)
    .where('shareholder_id', '<=', last)
    .where('status', '=', 'PENDING')
    .returning(['id', 'shareholder_id', 'amount', 'version'])
    .execute() as Promise<Payment[]>;
}

/** The holders of a range, in order. */
export async function listHolders(read: TenantRead, { dividendId, first, last }: Chunk): Promise<string[]> {
  const rows = await read
    .selectFrom('dividend_lines')
    .select('shareholder_id')
    .where('dividend_id', '=', dividendId)
    .where('shareholder_id', '>=', first)
    .where('shareholder_id', '<=', last)
    .orderBy('shareholder_id')
    .execute();
  return rows.map((row) => row.shareholder_id);
}

/** Whether a payment of the dividend hasn't ended. */
export async function hasOpenPayments(read: TenantRead, dividendId: string): Promise<boolean> {
  const open = await read
    .selectFrom('transactions')
    .select('id')
    .where('dividend_id', '=', dividendId)
    .where('status', 'in', ['PENDING', 'SENT'])
    .limit(1)
    .executeTakeFirst();
  return open !== undefined;
}

/** Transactions in one event: it must fit the bus, which takes 256 KB, several times. */
const TRANSACTIONS_PER_EVENT = 200;

/** Tells the bus of the payments that a transaction has changed: events of many transactions each, with what they share said once. */
export function emitPayments(
  tx: TenantTx,
  type: 'transaction.created' | 'transaction.failed',
  payments: readonly Payment[],
  { dividendId, currency }: { readonly dividendId: string; readonly currency: string },
): void {
  const each = {
    type: 'DIVIDEND',
    status: type === 'transaction.created' ? 'PENDING' : 'FAILED',
    currency,
    dividend_id: dividendId,
    ...(type === 'transaction.created' ? {} : { return_code: 'CANCELLED' }),
  };
  for (let start = 0; start < payments.length; start += TRANSACTIONS_PER_EVENT) {
    const transactions = payments.slice(start, start + TRANSACTIONS_PER_EVENT).map((payment) => ({
      ...payment,
      amount: fromMinor(payment.amount, currency),
    }));
    emit(tx, type, { each, transactions });
  }
}
