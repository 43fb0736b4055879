import { sql } from 'kysely';
import { TRANSACTIONS_PER_EVENT } from '#contracts/event-types.ts';
import { fromMinor } from '#kernel/money.ts';
import { insertTransactions } from '#ledger/journal.ts';
import { failPendingDividend } from '#ledger/transactions.ts';
import { command, emitAlike, type TenantRead, type TenantTx } from '#platform/db/tenant-tx.ts';
import type { Chunk, HolderRange, LockedChunk } from './dividend-chunk.repository.ts';

export interface VoidedPayment {
  readonly id: string;
  readonly shareholder_id: string;
  readonly amount: bigint;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** The facts of a dividend that all of its transactions share. */
type OfDividend = Pick<LockedChunk, 'created_by' | 'currency'>;

/** The transactions of a range of lines: one statement, in the order of the keys. They are made for the creator of the dividend. */
function insertion(dividendId: string, { first, last }: HolderRange, { created_by, currency }: OfDividend) {
  const begun = insertTransactions({
    type: 'DIVIDEND',
    status: 'PENDING',
    columns: {
      id: 'l.transaction_id',
      amount: 'l.amount - l.withheld',
      currency: 'd.currency',
      created_by: 'd.created_by',
      shareholder_id: 'l.shareholder_id',
      dividend_id: 'l.dividend_id',
      withheld: 'l.withheld',
      withholding: 'l.withholding',
      withholding_rate: 'l.withholding_rate',
    },
  });
  return sql`${sql.raw(begun)} from dividend_lines l, (select ${currency}::text as currency, ${created_by}::uuid as created_by) d
    where l.dividend_id = ${dividendId}::uuid and l.shareholder_id between ${first}::uuid and ${last}::uuid
      and l.transaction_id is not null
    order by l.shareholder_id`;
}

/**
 * Writes the transactions of a chunk, which is done with them, and answers how many. Nothing of it may have been written
 * before: to look for each row costs a sixth of writing it.
 * @throws a violation of the primary key otherwise
 */
export async function insertChunkPayments(tx: TenantTx, chunk: Chunk, of: OfDividend): Promise<number> {
  const { dividendId, first, last } = chunk;
  const { numAffectedRows = 0n } = await sql`
    with done as (
      update dividend_chunks set state = 'DONE'
      where dividend_id = ${dividendId}::uuid and first_shareholder_id = ${first}::uuid and last_shareholder_id = ${last}::uuid
    ) ${insertion(dividendId, chunk, of)}`.execute(tx);
  return Number(numAffectedRows);
}

/** Writes those transactions of a range that aren't there, and answers how many. */
export async function insertLeftPayments(
  tx: TenantTx,
  dividendId: string,
  range: HolderRange,
  of: OfDividend,
): Promise<number> {
  const { numAffectedRows = 0n } =
    await sql`${insertion(dividendId, range, of)} on conflict (tenant_id, id) do nothing`.execute(tx);
  return Number(numAffectedRows);
}

/** Publishes the payments of a range; payments that were published before are published again, which consumers expect. */
export function emitPaid(tx: TenantTx, dividendId: string, { first, last }: HolderRange): void {
  command(tx, {
    type: 'transactions.publish',
    dividend_id: dividendId,
    first_shareholder_id: first,
    last_shareholder_id: last,
  });
}

/** Fails what is still pending of a range of lines. */
export function voidPayments(tx: TenantTx, { dividendId, first, last }: Chunk): Promise<VoidedPayment[]> {
  return failPendingDividend(tx, dividendId, { first, last }, 'CANCELLED') as Promise<VoidedPayment[]>;
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

/** Tells the bus of payments that will never be sent. */
export function emitVoided(
  tx: TenantTx,
  voided: readonly VoidedPayment[],
  { dividendId, currency }: { readonly dividendId: string; readonly currency: string },
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
      'transactions',
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
