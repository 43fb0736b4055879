import { sql } from 'kysely';
import type { TransactionStatus, TransactionType } from '#contracts/transactions.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { ENTRIES, type EntryReason } from './chart-of-accounts.ts';

/** Returns the sum of a dividend's journal entries for each reason, in minor units. */
export async function sumEntriesOfDividend(
  read: TenantRead,
  dividendId: string,
): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await sql<{ reason: string; amount: string }>`
    select reason, sum(amount)::text as amount from journal where dividend_id = ${dividendId}::uuid group by 1`.execute(
    read,
  );
  return new Map(rows.map(({ reason, amount }) => [reason, BigInt(amount)]));
}

/**
 * Returns what the account has from which a tenant pays, `CASH` of an issuer and `PLAN_ASSETS` of a sponsor, on a day, and what is on its way out of it:
 * debits − credits, in minor units.
 */
export async function sumCash(
  read: TenantRead,
  currency: string,
  asOf: string,
): Promise<{ readonly cash: bigint; readonly inTransit: bigint }> {
  const { rows } = await sql<{ cash: string; in_transit: string }>`
    select coalesce(sum(case when debit_account in ('CASH', 'PLAN_ASSETS') then amount when credit_account in ('CASH', 'PLAN_ASSETS') then -amount end), 0)::text as cash,
      coalesce(sum(case when debit_account = 'IN_TRANSIT' then amount when credit_account = 'IN_TRANSIT' then -amount end), 0)::text as in_transit
    from journal where currency = ${currency} and effective_date <= ${asOf}::date`.execute(read);
  return { cash: BigInt(rows[0]?.cash ?? 0), inTransit: BigInt(rows[0]?.in_transit ?? 0) };
}

/** Returns the withheld tax that is owed to the authority as of a day, in minor units. */
export async function sumWithheld(read: TenantRead, currency: string, asOf: string): Promise<bigint> {
  const { rows } = await sql<{ withheld: string }>`
    select coalesce(sum(case credit_account when 'TAX_WITHHELD' then amount else -amount end), 0)::text as withheld
    from journal where currency = ${currency} and effective_date <= ${asOf}::date
      and 'TAX_WITHHELD' in (debit_account, credit_account)`.execute(read);
  return BigInt(rows[0]?.withheld ?? 0);
}

/**
 * Below are the beginnings of statements that write a set of rows: `insert … select …`, to which the caller adds its `from`.
 * They are text, since callers run them through different clients, alone or as part of a larger statement. A column is SQL over
 * the caller's `from`, and never comes from outside.
 */
interface TransactionSet {
  readonly type: TransactionType;
  readonly status: TransactionStatus;
  readonly columns: {
    readonly id: string;
    readonly amount: string;
    readonly currency: string;
    /** @default whom the transaction works for */
    readonly created_by?: string;
    readonly shareholder_id?: string;
    readonly plan_id?: string;
    readonly dividend_id?: string;
    readonly compensates?: string;
    readonly withheld?: string;
    readonly withholding?: string;
    readonly withholding_rate?: string;
  };
}

/** Begins a statement that enters a set of transactions. Publishing them is left to the caller. */
export function insertTransactions({ type, status, columns }: TransactionSet): string {
  return `insert into transactions ${selecting({ ...columns, type: `'${type}'`, status: `'${status}'` })}`;
}

interface EntrySet {
  readonly reason: EntryReason;
  readonly columns: {
    readonly amount: string;
    readonly currency: string;
    readonly transaction_id: string;
    readonly effective_date: string;
  };
}

/** Begins a statement that posts a set of journal entries. */
export function postEntries({ reason, columns }: EntrySet): string {
  const { debit, credit } = ENTRIES[reason];
  const accounts = { debit_account: `'${debit}'`, credit_account: `'${credit}'` };
  return `insert into journal ${selecting({ ...columns, ...accounts, reason: `'${reason}'` })}`;
}

/** The names of columns, and the `select` that fills them. */
function selecting(columns: Readonly<Record<string, string>>): string {
  return `(${Object.keys(columns).join(', ')}) select ${Object.values(columns).join(', ')}`;
}
