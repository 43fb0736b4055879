import { sql } from 'kysely';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/** Ends the waiting for prenotes that are not sent, or not answered, any more. */
export async function dropPrenotes(tx: TenantTx): Promise<void> {
  await tx
    .updateTable('bank_accounts')
    .set((eb) => ({ prenote: null, version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('prenote', 'in', ['WAITING', 'SENT'])
    .execute();
}

/** Moves accounts whose prenote stands so; those that have moved on stay. */
export async function movePrenotes(
  tx: TenantTx,
  accountIds: readonly string[],
  from: 'WAITING' | 'SENT',
  to: 'WAITING' | 'SENT' | 'PASSED',
): Promise<number> {
  const updated = await tx
    .updateTable('bank_accounts')
    .set((eb) => ({ prenote: to, version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', (eb) => eb.fn.any(eb.val([...accountIds])))
    .where('prenote', '=', from)
    .executeTakeFirst();
  return Number(updated.numUpdatedRows);
}
