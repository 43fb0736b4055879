import {
  type ChangeEffects,
  type Decided,
  type Decider,
  type Decision,
  decideChange,
} from '#approvals/decide-change.ts';
import { findPendingChange } from '#approvals/pending-change.ts';
import { finishDividend } from '#dividends/paying-dividend.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { changeStatus } from '#ledger/change-status.ts';
import { lockTransaction } from '#ledger/transactions.ts';
import { reportTask } from '#payments/execution/report-task.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { changeKindOf } from './order-change.ts';
import { findOrder, setDecision } from './payment-order.repository.ts';

/**
 * Decides on a payment that waits for it, named by its transaction.
 * @throws DomainError `not-found`, `precondition-failed`, `payment-decided`, `four-eyes`
 */
export async function decideOrder(
  tx: TenantTx,
  id: string,
  decision: Exclude<Decision, 'WITHDRAWN'>,
  decider: Decider,
  expectedVersion?: number,
): Promise<Decided> {
  if (expectedVersion !== undefined) asRead(await lockTransaction(tx, id), expectedVersion);
  const kind = await changeKindOf(tx, id);
  const request = await findPendingChange(tx, kind, { type: 'transactions', id });
  if (request === undefined) {
    found(await lockTransaction(tx, id));
    throw new DomainError(
      'payment-decided',
      `Its approval is ${(await findOrder(tx, id))?.approval ?? 'not asked for'}.`,
    );
  }
  return decideChange(tx, request, decision, decider, { effects: { [kind]: async () => paymentEffects } });
}

/** Writes a decision to the order, and tells the execution that waits for it. */
async function decide(
  tx: TenantTx,
  id: string,
  approval: 'APPROVED' | 'DENIED' | 'WITHDRAWN',
  decidedBy: string | null,
): Promise<() => Promise<unknown>> {
  const transaction = found(await lockTransaction(tx, id));
  if (approval === 'APPROVED' && transaction.reverses !== null) {
    // Loaded by the few approvals of a reversal.
    const { requireReversible } = await import('#payments/reversals/last-look.ts');
    await requireReversible(tx, transaction.reverses);
  }
  const decided =
    transaction.status === 'PENDING' ? await setDecision(tx, id, approval, decidedBy) : undefined;
  if (decided === undefined)
    throw new DomainError('payment-decided', `The payment is ${transaction.status}.`);
  if (approval !== 'APPROVED') {
    await changeStatus(tx, transaction, 'FAILED', approval);
    await finishDividend(tx, transaction);
  }
  // An execution may have begun to wait since the order was read: the row that the decision was written to has its token.
  return () => reportTask(decided.task_token);
}

export const paymentEffects: ChangeEffects = {
  approved: (tx, { subject_id }, permit) => decide(tx, subject_id, 'APPROVED', permit.confirmedBy),
  refused: (tx, { subject_id }, decision, actorId) =>
    decide(tx, subject_id, decision, decision === 'DENIED' ? actorId : null),
};
