import { sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** Returns the sums that employer and employee had paid into a plan by the end of a day. */
export async function sumContributions(
  read: TenantRead,
  planId: string,
  asOf: string,
): Promise<{ employee: bigint; employer: bigint }> {
  const { rows } = await sql<{ employee: bigint; employer: bigint }>`
    select coalesce(sum(amount) filter (where source <> 'EMPLOYER'), 0)::bigint as employee,
      coalesce(sum(amount) filter (where source = 'EMPLOYER'), 0)::bigint as employer
    from contributions where plan_id = ${planId} and effective_date <= ${asOf}::date`.execute(read);
  return rows[0] ?? { employee: 0n, employer: 0n };
}
