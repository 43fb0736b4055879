import { type Selectable, sql } from 'kysely';
import type { PlanTerms } from '#generated/database.ts';
import type { VestingRow } from '#plans/vesting-runs/period-vesting.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Part } from './report.ts';

export interface VestingQuery {
  readonly period: string;
  readonly from: string;
  readonly to: string;
  /** The day before the period. */
  readonly before: string;
  readonly plan_type: string | undefined;
}

export type VestingReportRow = Pick<
  Selectable<PlanTerms>,
  | 'id'
  | 'employee_id'
  | 'plan_type'
  | 'currency'
  | 'vesting_start'
  | 'vesting_schedule'
  | 'accelerations'
  | 'terminated_on'
  | 'breaks'
> &
  Pick<VestingRow, 'grants'> & {
    readonly employee_before: bigint;
    readonly employer_before: bigint;
    readonly employee_after: bigint;
    readonly employer_after: bigint;
  };

/** Plans that existed by the end of the period, by id, each with what had been paid into it by both its ends. */
export async function listVesting(
  read: TenantRead,
  { to, before, plan_type }: VestingQuery,
  { after, limit }: Part,
): Promise<VestingReportRow[]> {
  const ofType = plan_type === undefined ? sql`` : sql` and plan_type = ${plan_type}`;
  const position = after === undefined ? sql`` : sql` and id > ${after[0]}::uuid`;
  const { rows } = await sql<VestingReportRow>`
    select p.id, p.employee_id, p.plan_type, p.currency, p.vesting_start, p.vesting_schedule, p.accelerations, p.terminated_on, p.breaks,
      plan_grants(p.id, p.tenant_id, p.granted_quantity) as grants, c.employee_before, c.employer_before, c.employee_after, c.employer_after
    from (
      select tenant_id, id, employee_id, plan_type, currency, vesting_start, vesting_schedule, accelerations, terminated_on, breaks, granted_quantity
      from plan_terms where enrolled_on <= ${to}::date${ofType}${position} order by id limit ${limit}) as p
    cross join lateral (
      select coalesce(sum(amount) filter (where source <> 'EMPLOYER' and effective_date <= ${before}::date), 0)::bigint as employee_before,
        coalesce(sum(amount) filter (where source = 'EMPLOYER' and effective_date <= ${before}::date), 0)::bigint as employer_before,
        coalesce(sum(amount) filter (where source <> 'EMPLOYER'), 0)::bigint as employee_after,
        coalesce(sum(amount) filter (where source = 'EMPLOYER'), 0)::bigint as employer_after
      from reporting_transactions r
      where r.tenant_id = p.tenant_id and r.plan_id = p.id and r.type = 'CONTRIBUTION' and r.effective_date <= ${to}::date) as c
    order by p.id`.execute(read);
  return rows;
}
