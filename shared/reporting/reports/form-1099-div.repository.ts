import { sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Part } from './report.ts';

export interface Form1099DivRow {
  readonly shareholder_id: string;
  readonly external_ref: string;
  readonly name: string;
  readonly address: string | null;
  /** US cents. */
  readonly amount: string;
}

/** Dividends that were at the holders' disposal in the year. */
const DIVIDENDS = (year: number) => sql`
  select id from declared_dividends where currency = 'USD' and state in ('PAYING', 'PAID')
    and payable_date >= make_date(${year}::integer, 1, 1) and payable_date < make_date(${year}::integer + 1, 1, 1)`;

/** Lists forms by holder id. It walks the register, so that the cost of a page depends on its size alone. */
export async function listForms(
  read: TenantRead,
  year: number,
  { after, limit }: Part,
): Promise<Form1099DivRow[]> {
  const position = after === undefined ? sql`true` : sql`s.id > ${after[0]}::uuid`;
  const { rows } = await sql<Form1099DivRow>`
    with of_year as materialized (${DIVIDENDS(year)})
    select s.id as shareholder_id, s.external_ref, s.name, s.address, t.amount
    from holders_of_record s
    cross join lateral (
      select sum(r.amount)::text as amount from reporting_transactions r
      where r.tenant_id = s.tenant_id and r.shareholder_id = s.id and r.type = 'DIVIDEND' and r.compensates is null
        and r.dividend_id in (select id from of_year)) as t
    where ${position} and t.amount is not null and exists (select from of_year)
    order by s.id limit ${limit}`.execute(read);
  return rows;
}

export async function sumForms(
  read: TenantRead,
  year: number,
): Promise<{ recipients: bigint; amount: string }> {
  const { rows } = await sql<{ recipients: bigint; amount: string }>`
    select count(distinct shareholder_id) as recipients, coalesce(sum(amount), 0)::text as amount from reporting_transactions
    where type = 'DIVIDEND' and compensates is null and dividend_id in (${DIVIDENDS(year)})`.execute(read);
  return rows[0] ?? { recipients: 0n, amount: '0' };
}
