import { sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Part } from './report.ts';
import { type RecipientRow, receivedIn } from './tax-forms.ts';

export interface Form1099DivRow extends RecipientRow {
  readonly shareholder_id: string;
  /** US cents. */
  readonly amount: string;
  readonly withheld: string;
}

/** The dividends of nonresidents have a form of their own. */
const RECEIVED = (year: number) => sql`${receivedIn(year)} and r.withholding is distinct from 'NONRESIDENT'`;

/** Lists forms by holder id. It walks the register, so that the cost of a page depends on its size alone. */
export async function listForms(
  read: TenantRead,
  year: number,
  { after, limit }: Part,
): Promise<Form1099DivRow[]> {
  const position = after === undefined ? sql`true` : sql`s.id > ${after[0]}::uuid`;
  const { rows } = await sql<Form1099DivRow>`
    select s.id as shareholder_id, s.external_ref, s.name, s.address, i.tax_id_type, i.tax_id_last4, t.amount, t.withheld
    from holders_of_record s
    left join certified_tax_ids i on i.tenant_id = s.tenant_id and i.shareholder_id = s.id
    cross join lateral (
      select sum(r.amount + r.withheld)::text as amount, sum(r.withheld)::text as withheld from dividend_receipts r
      where r.tenant_id = s.tenant_id and r.shareholder_id = s.id and ${RECEIVED(year)}) as t
    where ${position} and t.amount is not null and exists (select from dividend_receipts r where ${RECEIVED(year)})
    order by s.id limit ${limit}`.execute(read);
  return rows;
}

export async function sumForms(
  read: TenantRead,
  year: number,
): Promise<{ recipients: bigint; amount: string }> {
  const { rows } = await sql<{ recipients: bigint; amount: string }>`
    select count(distinct r.shareholder_id) as recipients, coalesce(sum(r.amount + r.withheld), 0)::text as amount
    from dividend_receipts r where ${RECEIVED(year)}`.execute(read);
  return rows[0] ?? { recipients: 0n, amount: '0' };
}
