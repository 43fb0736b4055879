import { type RawBuilder, sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Part } from './report.ts';

export interface ContributionsQuery {
  readonly from: string;
  readonly to: string;
  readonly plan_id: string | undefined;
  readonly source: string | undefined;
}

export interface ContributionReportRow {
  readonly id: string;
  readonly plan_id: string;
  readonly employee_id: string;
  readonly plan_type: string;
  readonly source: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly effective_date: string;
  readonly compensates: string | null;
  readonly created_at: Date;
}

function matching({ from, to, plan_id, source }: ContributionsQuery): RawBuilder<unknown> {
  const ofPlan = plan_id === undefined ? sql`` : sql` and r.plan_id = ${plan_id}::uuid`;
  const ofSource = source === undefined ? sql`` : sql` and r.source = ${source}`;
  return sql`r.type = 'CONTRIBUTION' and r.effective_date between ${from}::date and ${to}::date${ofPlan}${ofSource}`;
}

/** Lists contributions in the order of their days. */
export async function listContributions(
  read: TenantRead,
  query: ContributionsQuery,
  { after, limit }: Part,
): Promise<ContributionReportRow[]> {
  const position =
    after === undefined ? sql`true` : sql`(r.effective_date, r.id) > (${after[0]}::date, ${after[1]}::uuid)`;
  const { rows } = await sql<ContributionReportRow>`
    select r.id, r.plan_id, p.employee_id, p.plan_type, r.source, r.amount, r.currency, r.effective_date, r.compensates, r.created_at
    from reporting_transactions r join plan_terms p on p.tenant_id = r.tenant_id and p.id = r.plan_id
    where ${matching(query)} and ${position}
    order by r.effective_date, r.id limit ${limit}`.execute(read);
  return rows;
}

export interface ContributionTotal {
  readonly currency: string;
  readonly source: string;
  readonly contributions: bigint;
  readonly amount: string;
}

export async function sumContributions(
  read: TenantRead,
  query: ContributionsQuery,
): Promise<ContributionTotal[]> {
  const { rows } = await sql<ContributionTotal>`
    select r.currency, r.source, count(*) as contributions, sum(r.amount)::text as amount
    from reporting_transactions r where ${matching(query)} group by 1, 2 order by 1, 2`.execute(read);
  return rows;
}
