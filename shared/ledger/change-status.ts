import type { TransactionEvent } from '#contracts/event-types.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { Status } from '#payments/bank/consequence.ts';
import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { toTransactionState } from './transaction-state.ts';
import { setStatus, type TransactionRow } from './transactions.ts';

const EVENTS: Readonly<Partial<Record<Status, TransactionEvent>>> = {
  SENT: 'transaction.sent',
  SETTLED: 'transaction.settled',
  FAILED: 'transaction.failed',
};

/**
 * Moves a transaction on, from the version that was read, and tells of it.
 * @throws DomainError `conflict` when another has moved it first
 */
export async function changeStatus(
  tx: TenantTx,
  transaction: TransactionRow,
  status: Status,
  returnCode?: string,
): Promise<TransactionRow> {
  const changed = await setStatus(tx, transaction, status, returnCode);
  if (changed === undefined) throw new DomainError('conflict', 'The transaction has changed meanwhile.');
  const type = EVENTS[status];
  if (type !== undefined) emit(tx, type, { transactions: [toTransactionState(changed)] });
  return changed;
}
