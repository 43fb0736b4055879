import { finishDividend } from '#dividends/paying-dividend.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { changeStatus } from '#ledger/change-status.ts';
import { lockTransaction } from '#ledger/transactions.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findTransaction, type OrderedRow } from './ordered-transaction.ts';
import { findOrder, setDecision } from './payment-order.repository.ts';

/** Why we failed a payment ourselves. */
export const DENIED = 'DENIED';

export interface Decided {
  readonly transaction: OrderedRow;
  /** The token of the waiting execution, if it has begun to wait. */
  readonly taskToken: string | null;
}

/**
 * Approves or denies a payment that waits for it. The checker is another person than the maker: the database refuses what
 * this would let pass.
 * @throws DomainError `not-found`, `payment-decided`, `four-eyes`
 */
export async function decideOrder(
  tx: TenantTx,
  id: string,
  decision: 'APPROVED' | 'DENIED',
  checkerId: string,
): Promise<Decided> {
  const transaction = found(await lockTransaction(tx, id));
  const order = await findOrder(tx, id);
  if (order?.approval !== 'REQUIRED' || transaction.status !== 'PENDING')
    throw new DomainError('payment-decided', `Its approval is ${order?.approval ?? 'not asked for'}.`);
  if (order.requested_by === checkerId)
    throw new DomainError('four-eyes', 'Who asked for a payment may not decide on it.');
  const decided = await setDecision(tx, id, decision, checkerId);
  if (decided === undefined) throw new DomainError('payment-decided', 'It was decided a moment ago.');
  if (decision === 'DENIED') {
    await changeStatus(tx, transaction, 'FAILED', DENIED);
    await finishDividend(tx, transaction.dividend_id);
  }
  // An execution may have begun to wait since the order was read: the row that the decision was written to has its token.
  return { transaction: found(await findTransaction(tx, id)), taskToken: decided.task_token };
}
