import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { toTransactionState } from './transaction-state.ts';
import { lockPending, setSent } from './transactions.ts';

/** Marks those of the transactions as sent that are pending, and publishes each. */
export async function sendPending(tx: TenantTx, ids: readonly string[]): Promise<void> {
  const pending = await lockPending(tx, ids);
  const sent = await setSent(
    tx,
    pending.map(({ id }) => id),
  );
  for (const transaction of sent)
    emit(tx, 'transaction.sent', { transactions: [toTransactionState(transaction)] });
}
