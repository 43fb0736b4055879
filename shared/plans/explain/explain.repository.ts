import { sql } from 'kysely';
import type { ContributionSource } from '#contracts/transactions.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { type ACTIVITY_KINDS, MAX_ENTRIES } from './explain.routes.ts';

export interface Activity {
  readonly day: string;
  readonly kind: (typeof ACTIVITY_KINDS)[number];
  readonly source: ContributionSource | null;
  /** Minor units; less than zero where money leaves the plan. */
  readonly amount: bigint;
  readonly id: string;
}

export interface ActivitySum {
  readonly kind: Activity['kind'];
  readonly source: ContributionSource | null;
  readonly entries: number;
  readonly amount: bigint;
}

/** All that has moved a plan's money by the end of a day: the newest entries, and the sums of all. */
export interface PlanActivity {
  readonly entries: readonly Activity[];
  readonly sums: readonly ActivitySum[];
}

/** Reads both in one statement, and so of one moment. */
export async function readActivity(read: TenantRead, planId: string, asOf: string): Promise<PlanActivity> {
  type Written<T> = readonly (Omit<T, 'amount'> & { readonly amount: string })[];
  const { rows } = await sql<{ entries: Written<Activity>; sums: Written<ActivitySum> }>`
    with a as materialized (
      select day, kind, source, amount, id, recorded_at from plan_activity where plan_id = ${planId}::uuid and day <= ${asOf}::date)
    select
      (select coalesce(json_agg(e), '[]') from (
        select day, kind, source, amount::text as amount, id from a order by day desc, recorded_at desc, id desc, amount desc limit ${MAX_ENTRIES}) as e) as entries,
      (select coalesce(json_agg(s), '[]') from (
        select kind, source, count(*)::integer as entries, sum(amount)::text as amount from a group by kind, source order by kind, source) as s) as sums`.execute(
    read,
  );
  const [{ entries, sums } = { entries: [], sums: [] }] = rows;
  return {
    entries: entries.map((one) => ({ ...one, amount: BigInt(one.amount) })),
    sums: sums.map((one) => ({ ...one, amount: BigInt(one.amount) })),
  };
}
