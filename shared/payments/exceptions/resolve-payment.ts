import type { AfterCommit, ChangeEffects } from '#approvals/decide-change.ts';
import { type Permit, stillThere } from '#approvals/propose-change.ts';
import { finishDividend } from '#dividends/paying-dividend.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { changeStatus } from '#ledger/change-status.ts';
import { isTerminal } from '#ledger/transaction-status.ts';
import {
  createTransaction,
  dividendOf,
  lockTransaction,
  repaying,
  type TransactionRow,
} from '#ledger/transactions.ts';
import { applyBankEvents, takeBack } from '#payments/bank/apply-bank-event.ts';
import { insertBankEvent } from '#payments/bank/bank-event.repository.ts';
import { reportTask } from '#payments/execution/report-task.ts';
import {
  findNewestPayment,
  findOrder,
  insertOrder,
  type OrderRow,
  setOrder,
} from '#payments/orders/payment-order.repository.ts';
import { accountOwing, sourceOfRepayment } from '#payments/orders/replace-order.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { setContradictionsResolved } from './contradiction.repository.ts';
import type { ProposedResolution } from './propose-resolution.ts';

/** The words of the bank for each outcome, of a payment that is on its way. */
const SAID = { SETTLED: 'SETTLED', RETURNED: 'RETURNED', FAILED: 'REJECTED' } as const;

/** Books what two people say has become of a payment. */
async function resolve(
  tx: TenantTx,
  id: string,
  requestId: string,
  proposed: ProposedResolution,
  permit: Permit,
): Promise<AfterCommit> {
  const locked = await lockTransaction(tx, id);
  const transaction = stillThere(locked?.version === proposed.version ? locked : undefined);
  const order = found(await findOrder(tx, id));
  const { outcome, code = null } = proposed;
  const say = async (kind: (typeof SAID)[keyof typeof SAID]): Promise<void> => {
    const event_id = `resolved:${requestId}`;
    await insertBankEvent(tx, { transaction_id: id, event_id, kind, code });
    await applyBankEvents(tx, transaction);
  };
  const isReceived = transaction.status === 'SETTLED' && transaction.return_code === null;
  if (!isTerminal(transaction.status)) await say(SAID[outcome]);
  else if (isReceived && outcome !== 'SETTLED') await say('RETURNED');
  await setContradictionsResolved(tx, id, permit.confirmedBy);
  if (isTerminal(transaction.status) && !isReceived && outcome === 'SETTLED')
    await (transaction.type === 'REVERSAL'
      ? takeBack(tx, transaction)
      : bookReceived(tx, transaction, order, permit));
  return () => reportTask(order.waits_for === 'SETTLEMENT' ? order.task_token : null);
}

/**
 * Books that the payee has received a payment that had ended: what has ended stays so, and a payment takes its place that is settled and was never
 * sent.
 * @throws DomainError `payment-ordered` while it is paid again
 */
async function bookReceived(
  tx: TenantTx,
  { id }: TransactionRow,
  order: OrderRow,
  permit: Permit,
): Promise<void> {
  const newest = found(await lockTransaction(tx, await findNewestPayment(tx, id)));
  if (!isTerminal(newest.status) || (newest.status === 'SETTLED' && newest.return_code === null))
    throw new DomainError(
      'payment-ordered',
      `It is paid again by ${newest.id}, which is ${newest.status}: cancel that first, or have it returned.`,
    );
  const repays = dividendOf(newest);
  const { amount, currency, shareholder_id, plan_id, memo } = newest;
  const received = await createTransaction(tx, {
    type: 'DISBURSE',
    ...{ amount, currency, shareholder_id, plan_id, memo },
    // Nothing may be owed by what somebody has cancelled: it was received nevertheless.
    source_account: repays === null ? accountOwing(newest) : await sourceOfRepayment(tx, newest),
    ...repaying(newest),
  });
  await insertOrder(tx, {
    transaction_id: received.id,
    bank_account_id: order.bank_account_id,
    channel: order.channel,
    replaces: newest.id,
    requested_by: permit.madeBy,
    request_id: order.request_id,
    approval: 'NOT_NEEDED',
  });
  await setOrder(tx, received.id, { released_at: new Date() });
  await changeStatus(tx, await changeStatus(tx, received, 'SENT'), 'SETTLED');
  await finishDividend(tx, received);
}

export const resolutionEffects: ChangeEffects = {
  approved: (tx, { id, subject_id, proposal }, permit) =>
    resolve(tx, subject_id, id, proposal as ProposedResolution, permit),
};
