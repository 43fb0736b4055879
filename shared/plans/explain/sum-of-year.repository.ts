import { sql } from 'kysely';
import type { ContributionSource } from '#contracts/transactions.ts';
import type { PlanRow } from '#plans/plan.repository.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

export interface SumOfSource {
  readonly source: ContributionSource;
  readonly amount: bigint;
}

/** Sums what is effective in a year in all plans that the employee has had of the type and currency, by source. */
export async function sumOfYear(
  read: TenantRead,
  { employee_id, plan_type, currency }: Pick<PlanRow, 'employee_id' | 'plan_type' | 'currency'>,
  year: number,
): Promise<SumOfSource[]> {
  const { rows } = await sql<SumOfSource>`
    select c.source, sum(c.amount)::bigint as amount from contributions c join plans p on p.tenant_id = c.tenant_id and p.id = c.plan_id
    where p.employee_id = ${employee_id} and p.plan_type = ${plan_type} and p.currency = ${currency}
      and c.effective_date between make_date(${year}, 1, 1) and make_date(${year}, 12, 31)
    group by c.source order by c.source`.execute(read);
  return rows;
}
