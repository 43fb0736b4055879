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
  readonly withheld: bigint;
  readonly currency: string;
  readonly transaction_id: string | null;
  readonly status: TransactionStatus | null;
  readonly return_code: string | null;
  readonly returned: bigint;
  /** These are null in a line of the snapshot. */
  readonly adjustment_id: string | null;
  readonly adjusted_on: string | null;
  readonly adjustment_reason: string | null;
}

/** This stands for the line of the snapshot, which comes before the adjustments of its holder. */
export const FIRST = '00000000-0000-0000-0000-000000000000';

/** The holders of record, by id, with what became of their payments, and the adjustments of each. */
export async function listDividendLines(
  read: TenantRead,
  dividendId: string,
  { after, limit }: Part,
): Promise<DividendReportRow[]> {
  const [holder = FIRST, entry = FIRST] = after ?? [];
  const { rows } = await sql<DividendReportRow>`
    select l.shareholder_id, s.external_ref, s.name, l.holdings, l.amount as entitled, l.withheld, d.currency, l.transaction_id, t.status, t.return_code,
      coalesce(-b.amount, 0)::bigint as returned, l.adjustment_id, l.effective_date as adjusted_on, l.reason as adjustment_reason
    from (
      (select tenant_id, dividend_id, shareholder_id, holdings, amount, withheld, transaction_id,
          null::uuid as adjustment_id, null::date as effective_date, null::text as reason from entitlements
        where dividend_id = ${dividendId}::uuid and shareholder_id > ${holder}::uuid order by shareholder_id limit ${limit})
      union all
      (select tenant_id, dividend_id, shareholder_id, 0, amount, withheld, transaction_id, id, effective_date, reason from entitlement_adjustments
        where dividend_id = ${dividendId}::uuid and (shareholder_id, id) > (${holder}::uuid, ${entry}::uuid)
        order by shareholder_id, id limit ${limit})) as l
    join declared_dividends d on d.tenant_id = l.tenant_id and d.id = l.dividend_id
    join holders_of_record s on s.tenant_id = l.tenant_id and s.id = l.shareholder_id
    left join reporting_transactions t on t.tenant_id = l.tenant_id and t.id = l.transaction_id
    left join lateral (
      select sum(amount) as amount from reporting_transactions c
      where c.tenant_id = l.tenant_id and c.dividend_id = l.dividend_id and c.shareholder_id = l.shareholder_id and c.compensates = l.transaction_id) as b on true
    order by l.shareholder_id, l.adjustment_id nulls first limit ${limit}`.execute(read);
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

export async function sumLines(
  read: TenantRead,
  dividendId: string,
): Promise<CountedSum & { readonly withheld: string }> {
  const { rows } = await sql<CountedSum & { readonly withheld: string }>`
    select count(*) as count, coalesce(sum(amount), 0)::text as amount, coalesce(sum(withheld), 0)::text as withheld from (
      select amount, withheld from entitlements where dividend_id = ${dividendId}::uuid
      union all select amount, withheld from entitlement_adjustments where dividend_id = ${dividendId}::uuid) as l`.execute(
    read,
  );
  return rows[0] ?? { count: 0n, amount: '0', withheld: '0' };
}

interface PaymentSum extends CountedSum {
  readonly status: string;
  /** Apart from what pays, there is what took a payment back: because it was returned, or by an adjustment. */
  readonly part: 'paying' | 'returned' | 'taken-back';
}

/** Returns the sums of payments by status. */
export async function sumPayments(read: TenantRead, dividendId: string): Promise<PaymentSum[]> {
  const { rows } = await sql<PaymentSum>`
    select status, case when compensates is not null then 'returned' when amount < 0 then 'taken-back' else 'paying' end as part, count(*) as count, sum(amount)::text as amount
    from reporting_transactions where dividend_id = ${dividendId}::uuid group by 1, 2 order by 1, 2`.execute(
    read,
  );
  return rows;
}
