import { sql } from 'kysely';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/** Whether an issuer that has linked this sponsor holds such an active shareholder: yes or no. */
export async function linkedShareholderExists(tx: TenantTx, shareholderId: string): Promise<boolean> {
  const { rows } = await sql<{
    found: boolean;
  }>`select linked_shareholder_exists(${shareholderId}) as found`.execute(tx);
  return rows[0]?.found === true;
}
