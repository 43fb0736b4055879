import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { emitOfEach } from './change-each.ts';
import { lockPending, setSent } from './transactions.ts';

/** Marks those of the transactions as sent that are pending, and publishes what they have become. */
export async function sendPending(tx: TenantTx, ids: readonly string[]): Promise<void> {
  const pending = await lockPending(tx, ids);
  const sent = await setSent(
    tx,
    pending.map(({ id }) => id),
  );
  emitOfEach(tx, 'transaction.sent', sent);
}
