import { sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Part } from './report.ts';
import { type RecipientRow, receivedIn } from './tax-forms.ts';

export interface Form1042SRow extends RecipientRow {
  readonly shareholder_id: string;
  readonly treaty_country: string | null;
  /** Percent. */
  readonly rate: string;
  /** US cents. */
  readonly amount: string;
  readonly withheld: string;
}

const RECEIVED = (year: number) => sql`${receivedIn(year)} and r.withholding = 'NONRESIDENT'`;

/** Lists forms by holder id and rate. It walks the register, so that the cost of a page depends on its size alone. */
export async function listForms(
  read: TenantRead,
  year: number,
  { after, limit }: Part,
): Promise<Form1042SRow[]> {
  const position =
    after === undefined
      ? sql`true`
      : sql`s.id >= ${after[0]}::uuid and (s.id, t.rate) > (${after[0]}::uuid, ${after[1]}::numeric)`;
  const { rows } = await sql<Form1042SRow>`
    select s.id as shareholder_id, s.external_ref, s.name, s.address, i.tax_id_type, i.tax_id_last4, i.treaty_country, t.rate::text as rate,
      t.amount, t.withheld
    from holders_of_record s
    left join certified_tax_ids i on i.tenant_id = s.tenant_id and i.shareholder_id = s.id
    cross join lateral (
      select r.withholding_rate as rate, sum(r.amount + r.withheld)::text as amount, sum(r.withheld)::text as withheld from dividend_receipts r
      where r.tenant_id = s.tenant_id and r.shareholder_id = s.id and ${RECEIVED(year)} group by 1) as t
    where ${position} and exists (select from dividend_receipts r where ${RECEIVED(year)})
    order by s.id, t.rate limit ${limit}`.execute(read);
  return rows;
}

export async function sumForms(
  read: TenantRead,
  year: number,
): Promise<{ recipients: bigint; amount: string; withheld: string }> {
  const { rows } = await sql<{ recipients: bigint; amount: string; withheld: string }>`
    select count(distinct r.shareholder_id) as recipients, coalesce(sum(r.amount + r.withheld), 0)::text as amount,
      coalesce(sum(r.withheld), 0)::text as withheld
    from dividend_receipts r where ${RECEIVED(year)}`.execute(read);
  return rows[0] ?? { recipients: 0n, amount: '0', withheld: '0' };
}
