import { sql } from 'kysely';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/** Whether anybody was ever in a class by a day; cheap, where positions would take a sum. */
export async function wasEverHeld(tx: TenantTx, securityClass: string, by: string): Promise<boolean> {
  // The index of other classes is found by its own condition.
  const others = securityClass === DEFAULT_SECURITY_CLASS ? sql`true` : sql`security_class <> 'COMMON'`;
  const { rows } = await sql<{ held: boolean }>`select exists (
    select from position_entries where security_class = ${securityClass} and ${others} and effective_date <= ${by}::date) as held`.execute(
    tx,
  );
  return rows[0]?.held === true;
}
