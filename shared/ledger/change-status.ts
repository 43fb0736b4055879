import type { TransactionStatus } from '#contracts/transactions.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { toTransactionState } from './transaction-state.ts';
import { STANDINGS } from './transaction-status.ts';
import { setStatus, type TransactionRow } from './transactions.ts';

/**
 * Moves a transaction on from the version that the caller has read, and publishes what it has become.
 * @throws DomainError `conflict` when another writer has moved it first
 */
export async function changeStatus(
  tx: TenantTx,
  transaction: TransactionRow,
  status: TransactionStatus,
  returnCode?: string,
): Promise<TransactionRow> {
  const changed = await setStatus(tx, transaction, status, returnCode);
  if (changed === undefined) throw new DomainError('conflict', 'The transaction has changed meanwhile.');
  const { event } = STANDINGS[status];
  if (event !== undefined) emit(tx, event, { transactions: [toTransactionState(changed)] });
  return changed;
}
