import { sql } from 'kysely';
import type { Withheld } from '#ledger/transactions.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** Tells whether the issuer withholds tax from dividends that are frozen now. */
export async function findWithholding(read: TenantRead): Promise<boolean> {
  const { rows } = await sql<{ withholds: boolean }>`select withholds_tax() as withholds`.execute(read);
  return rows[0]?.withholds === true;
}

export const NOTHING_WITHHELD: Withheld = { withheld: 0n, withholding: null, withholding_rate: null };

/**
 * Returns what is withheld from an amount that a holder can be paid on a day, by the same rules as in a snapshot.
 * @param amount minor units, not negative
 */
export async function withhold(
  read: TenantRead,
  shareholderId: string,
  amount: bigint,
  paidOn: string,
): Promise<Withheld> {
  if (!(await findWithholding(read))) return NOTHING_WITHHELD;
  const { rows } = await sql<{ withheld: string } & Omit<Withheld, 'withheld'>>`
    select coalesce(round_half_even(${String(amount)}::numeric * r.rate * 0.01), 0)::text as withheld, r.rule as withholding,
      r.rate as withholding_rate
    from (
      select case when s.shareholder_id is null then 'BACKUP' else s.withholding end as rule,
        case when s.shareholder_id is null then backup_withholding_rate() else s.rate end as rate
      from (select) one left join withholding_statuses(${paidOn}::date) s on s.shareholder_id = ${shareholderId}) r`.execute(
    read,
  );
  const [found] = rows;
  return found === undefined ? NOTHING_WITHHELD : { ...found, withheld: BigInt(found.withheld) };
}
