import { DomainError } from '#kernel/domain-error.ts';
import { changeStatus } from '#ledger/change-status.ts';
import { isTerminal } from '#ledger/transaction-status.ts';
import { lockTransaction, type TransactionRow } from '#ledger/transactions.ts';
import { reportTask } from '#payments/execution/report-task.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { changeKindOf } from './order-change.ts';
import { findCancellable, setCancelled } from './payment-order.repository.ts';

/** A code of our own: a person has cancelled the payment before the bank had it. */
const CANCELLED = 'CANCELLED';

interface Cancellation {
  readonly expectedVersion: number;
  readonly actorId: string;
  readonly reason: string;
}

/**
 * Cancels a payment that the bank does not have: nobody decides on it any more, and it is neither released nor written to a file. What a dividend
 * owes by it stays owed. Its lock is the one that releasing, filing and deciding take, so that of all of them one has its way. Returns what tells
 * the execution that waits.
 * @throws DomainError `not-found`, `precondition-failed`, `payment-not-cancellable`
 */
export async function cancelOrder(
  tx: TenantTx,
  id: string,
  { expectedVersion, actorId, reason }: Cancellation,
): Promise<() => Promise<unknown>> {
  // The request first: whoever approves it holds it before the payment.
  const kind = await changeKindOf(tx, id);
  const { endWaitingChange } = await import('#approvals/end-change.ts');
  await endWaitingChange(tx, kind, { type: 'transactions', id }, { actorId, reason });
  const transaction = asRead(await lockTransaction(tx, id), expectedVersion);
  const order = await findCancellable(tx, id);
  refuseWhatHasLeft(transaction, order);
  await changeStatus(tx, transaction, 'CANCELLED', CANCELLED);
  const cancelled = await setCancelled(tx, id, actorId, reason);
  return () => reportTask(cancelled?.task_token);
}

function refuseWhatHasLeft(
  { status }: TransactionRow,
  order: { readonly is_at_bank: boolean } | undefined,
): void {
  const refuse = (detail: string) => new DomainError('payment-not-cancellable', detail);
  if (isTerminal(status)) throw refuse(`The payment is ${status}.`);
  if (order === undefined) throw refuse('Nobody has ordered the payment: there is nothing to cancel.');
  if (status !== 'PENDING' || order.is_at_bank)
    throw refuse(
      'The bank may have the payment already. Ask for its money back, see /transactions/{id}/reversal.',
    );
}
