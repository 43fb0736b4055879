import { sql } from 'kysely';
import { emitAlike, type TenantRead, type TenantTx } from '#platform/db/tenant-tx.ts';
import { fromMinor } from '#platform/money.ts';
import type { Chunk, HolderRange } from './dividend-chunk.repository.ts';

export interface Payment {
  readonly id: string;
  readonly shareholder_id: string;
  readonly amount: bigint;
  readonly version: number;
}

export interface VoidedPayment extends Payment {
  readonly created_at: Date;
  readonly updated_at: Date;
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
export function voidPayments(tx: TenantTx, { dividendId, first, last }: Chunk): Promise<VoidedPayment[]> {
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
    .returning(['id', 'shareholder_id', 'amount', 'version', 'created_at', 'updated_at'])
    .execute() as Promise<VoidedPayment[]>;
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

interface Paid {
  readonly dividendId: string;
  readonly currency: string;
  /** When the transactions were written. */
  readonly at: Date;
}

/** Tells the bus of new payments: events of many transactions each, with what they share said once. */
export function emitPaid(
  tx: TenantTx,
  payments: readonly Payment[],
  { dividendId, currency, at }: Paid,
): void {
  const each = {
    type: 'DIVIDEND',
    status: 'PENDING',
    currency,
    dividend_id: dividendId,
    created_at: at.toISOString(),
    updated_at: at.toISOString(),
  } as const;
  for (const part of inEvents(payments))
    emitAlike(
      tx,
      'transaction.created',
      each,
      part.map((payment) => ({ ...payment, amount: fromMinor(payment.amount, currency) })),
    );
}

/** Tells the bus of payments that will never be sent. */
export function emitVoided(
  tx: TenantTx,
  voided: readonly VoidedPayment[],
  { dividendId, currency }: Omit<Paid, 'at'>,
): void {
  const each = {
    type: 'DIVIDEND',
    status: 'FAILED',
    currency,
    dividend_id: dividendId,
    return_code: 'CANCELLED',
  } as const;
  for (const part of inEvents(voided))
    emitAlike(
      tx,
      'transaction.failed',
      each,
      part.map(({ created_at, updated_at, ...payment }) => ({
        ...payment,
        amount: fromMinor(payment.amount, currency),
        created_at: created_at.toISOString(),
        updated_at: updated_at.toISOString(),
      })),
    );
}

function* inEvents<T>(transactions: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < transactions.length; start += TRANSACTIONS_PER_EVENT)
    yield transactions.slice(start, start + TRANSACTIONS_PER_EVENT);
}
