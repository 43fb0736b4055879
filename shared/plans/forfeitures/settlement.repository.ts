import { sql } from 'kysely';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/** Forfeits or gives back what is due of a plan, and returns the minor units that it has moved: less than zero for what it gave back. */
export async function settleForfeiture(tx: TenantTx, planId: string, day: string): Promise<bigint> {
  const { rows } = await sql<{
    moved: bigint;
  }>`select settle_forfeiture(${planId}, ${day}::date) as moved`.execute(tx);
  return rows[0]?.moved ?? 0n;
}
