import { sql } from 'kysely';
import type { TransactionStatus } from '#contracts/transactions.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Part } from './report.ts';

export interface DividendReportRow {
  readonly shareholder_id: string;
  readonly external_ref: string;
  readonly name: string;
  readonly holdings: string;
  readonly entitled: bigint;
  readonly currency: string;
  readonly transaction_id: string | null;
  readonly status: TransactionStatus | null;
  readonly return_code: string | null;
  readonly returned: bigint;
}

/** The holders of record, by id, with what became of their payments. */
export async function listDividendLines(
  read: TenantRead,
  dividendId: string,
  { after, limit }: Part,
): Promise<DividendReportRow[]> {
  const position = after === undefined ? sql`` : sql` and shareholder_id > ${after[0]}::uuid`;
  const { rows } = await sql<DividendReportRow>`
    select l.shareholder_id, s.external_ref, s.name, l.holdings, l.amount as entitled, d.currency, l.transaction_id, t.status, t.return_code,
      coalesce(-b.amount, 0)::bigint as returned
    from (
      select tenant_id, dividend_id, shareholder_id, holdings, amount, transaction_id from entitlements
      where dividend_id = ${dividendId}::uuid${position} order by shareholder_id limit ${limit}) as l
    join declared_dividends d on d.tenant_id = l.tenant_id and d.id = l.dividend_id
    join holders_of_record s on s.tenant_id = l.tenant_id and s.id = l.shareholder_id
    left join reporting_transactions t on t.tenant_id = l.tenant_id and t.id = l.transaction_id
    left join lateral (
      select sum(amount) as amount from reporting_transactions c
      where c.tenant_id = l.tenant_id and c.dividend_id = l.dividend_id and c.shareholder_id = l.shareholder_id and c.compensates = l.transaction_id) as b on true
    order by l.shareholder_id`.execute(read);
  return rows;
}

export interface DividendFacts {
  readonly state: string;
  readonly currency: string;
}

export async function findDividendFacts(
  read: TenantRead,
  dividendId: string,
): Promise<DividendFacts | undefined> {
  return read
    .selectFrom('declared_dividends')
    .select(['state', 'currency'])
    .where('id', '=', dividendId)
    .executeTakeFirst();
}

/** Sums are numeric, since they may leave a bigint. */
export interface CountedSum {
  readonly count: bigint;
  readonly amount: string;
}

export async function sumLines(read: TenantRead, dividendId: string): Promise<CountedSum> {
  const { rows } = await sql<CountedSum>`
    select count(*) as count, coalesce(sum(amount), 0)::text as amount from entitlements where dividend_id = ${dividendId}::uuid`.execute(
    read,
  );
  return rows[0] ?? { count: 0n, amount: '0' };
}

/** Returns the sums of payments by status. Compensating transactions are summed separately. */
export async function sumPayments(
  read: TenantRead,
  dividendId: string,
): Promise<(CountedSum & { status: string; takes_back: boolean })[]> {
  const { rows } = await sql<CountedSum & { status: string; takes_back: boolean }>`
    select status, compensates is not null as takes_back, count(*) as count, sum(amount)::text as amount
    from reporting_transactions where dividend_id = ${dividendId}::uuid group by 1, 2 order by 1, 2`.execute(
    read,
  );
  return rows;
}
