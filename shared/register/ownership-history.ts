import { sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** The holders of a day, and how much of the shares the largest of them have. */
export interface OwnershipRow {
  readonly as_of: string;
  readonly holders: bigint;
  readonly total: string;
  /** Percent, with four decimals; null where there are no shares. */
  readonly largest_1: string | null;
  readonly largest_10: string | null;
  readonly largest_100: string | null;
  /** The sum of the squares of percents, from 0 to 10,000 (Herfindahl and Hirschman), with two decimals. */
  readonly concentration: string | null;
}

/** Reads the ledger once for all days, which are in order: each balance counts from its day to that of the holder's next. */
export async function listOwnership(
  read: TenantRead,
  days: readonly string[],
  securityClass: string | undefined,
): Promise<OwnershipRow[]> {
  const last = days.at(-1);
  if (last === undefined) return [];
  const ofClass = securityClass === undefined ? sql`true` : sql`e.security_class = ${securityClass}`;
  const { rows } = await sql<OwnershipRow>`
    with balances as materialized (
      select balance, day, until from (
        select sum(delta) over of_holder as balance, day, lead(day, 1, 'infinity'::date) over of_holder as until
        from (
          select e.shareholder_id, e.effective_date as day, sum(e.delta) as delta from position_entries e
          where e.effective_date <= ${last}::date and ${ofClass} group by 1, 2) d
        window of_holder as (partition by shareholder_id order by day)) b
      where balance > 0)
    select p.as_of, t.holders, coalesce(t.total, 0)::text as total,
      round(100 * l.largest_1 / t.total, 4)::text as largest_1, round(100 * l.largest_10 / t.total, 4)::text as largest_10,
      round(100 * l.largest_100 / t.total, 4)::text as largest_100, round(10000 * t.squares / (t.total * t.total), 2)::text as concentration
    from unnest(${days}::date[]) as p (as_of)
    cross join lateral (
      select count(*) as holders, sum(balance) as total, sum(balance * balance) as squares
      from balances where day <= p.as_of and until > p.as_of) t
    cross join lateral (
      select sum(balance) filter (where place <= 1) as largest_1, sum(balance) filter (where place <= 10) as largest_10,
        sum(balance) as largest_100
      from (
        select balance, row_number() over (order by balance desc) as place from balances
        where day <= p.as_of and until > p.as_of order by balance desc limit 100) a) l
    order by p.as_of`.execute(read);
  return rows;
}
