import { sql } from 'kysely';
import type { ContributionSource } from '#contracts/transactions.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { PLAN_STATEMENT_KINDS } from './plan-statement.routes.ts';
import type { Part } from './report.ts';

export interface PlanStatementQuery {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** A movement of a plan's money; amounts are minor units. */
export interface MoneyLine {
  readonly day: string;
  readonly kind: (typeof PLAN_STATEMENT_KINDS)[number];
  readonly source: ContributionSource | null;
  readonly amount: bigint;
  readonly balance: bigint;
  readonly reference: string;
  /** The place among the lines of a day. */
  readonly place: string;
}

/** Returns the plan's money at the end of the day before, and of the last day, in minor units. */
export async function sumPlanActivity(
  read: TenantRead,
  { id, from, to }: PlanStatementQuery,
): Promise<{ opening: bigint; closing: bigint }> {
  const { rows } = await sql<{ opening: bigint; closing: bigint }>`
    select coalesce(sum(amount) filter (where day < ${from}::date), 0)::bigint as opening, coalesce(sum(amount), 0)::bigint as closing
    from plan_activity where plan_id = ${id}::uuid and day <= ${to}::date`.execute(read);
  return rows[0] ?? { opening: 0n, closing: 0n };
}

/**
 * Lists movements of a plan's money, oldest first; a distribution before it comes back. A balance is of all that counts until then, so that it runs on from one line
 * to the next.
 */
export async function listPlanActivity(
  read: TenantRead,
  { id, from, to }: PlanStatementQuery,
  { after, limit }: Part,
): Promise<MoneyLine[]> {
  const [day, place] = after ?? [from, ''];
  const { rows } = await sql<MoneyLine>`
    select day, kind, source, amount, balance, reference, place from (
      select day, kind, source, amount, sum(amount) over (order by day, recorded_at, id, amount)::bigint as balance, id as reference,
        '1 ' || to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || id || (amount > 0)::integer as place
      from plan_activity where plan_id = ${id}::uuid and day <= ${to}::date) as l
    where day >= ${from}::date and (day, place collate "C") > (${day}::date, ${place}::text collate "C")
    order by day, place collate "C" limit ${limit}`.execute(read);
  return rows;
}
