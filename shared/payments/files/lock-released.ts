import { lockPending, type TransactionRow } from '#ledger/transactions.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { listReleased } from './outbound-file.repository.ts';

/**
 * Holds the released payments that are in no file yet, oldest first, so that no other file takes them and nobody cancels them. Whatever was
 * cancelled or filed until they were held is left out.
 */
export async function lockReleased(tx: TenantTx, limit: number): Promise<TransactionRow[]> {
  const held = await lockPending(tx, await listReleased(tx, limit));
  const free = new Set(await listReleased(tx, limit));
  return held.filter(({ id }) => free.has(id));
}
