import { sql } from 'kysely';
import type { TenantId } from '#kernel/ids.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';

/** A writer of the register that takes longer than this is waited for by the next attempt. */
const PATIENCE = '10s';

/**
 * Returns an instant as of which the ledger no longer changes. It is alone in its transaction, so that writers don't
 * wait longer.
 */
export async function settledInstant(tenantId: TenantId): Promise<Date> {
  const { rows } = await tenantRead(tenantId, (read) =>
    sql<{ settled: Date }>`select settled_instant(${PATIENCE}) as settled`.execute(read),
  );
  if (rows[0] === undefined) throw new Error('the ledger gave no instant');
  return rows[0].settled;
}
