import { DomainError } from '#kernel/domain-error.ts';
import {
  createTransaction,
  dividendOf,
  findCompensation,
  isAdjusted,
  type SourceAccount,
  type TransactionRow,
} from '#ledger/transactions.ts';
import { isContradicted } from '#payments/exceptions/contradiction.repository.ts';
import { startPayment } from '#payments/execution/start-execution.ts';
import { mayRepay } from '#payments/nacha/return-codes.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { insertOrder, type NewOrder, type OrderRow } from './payment-order.repository.ts';

/** A code of our own: nothing more is owed by a payment that has failed because its dividend was cancelled. */
const CANCELLED = 'CANCELLED';
/** Another one: a second person has denied the payment. */
const DENIED = 'DENIED';

/**
 * Returns the account that holds the money of a transaction that has failed or was returned, from which a re-payment
 * is taken.
 * @throws DomainError `payment-ordered` if there is nothing to pay again, `payment-in-doubt`
 */
export async function sourceOfRepayment(tx: TenantTx, transaction: TransactionRow): Promise<SourceAccount> {
  const { id, status, compensates, return_code, source_account } = transaction;
  // Nothing is owed by an order that a person has ended, except what a dividend owes, or what has come back before.
  const isOwedAnyway = dividendOf(transaction) !== null || source_account === 'RETURNS';
  const isOwed = return_code === DENIED ? isOwedAnyway : return_code !== CANCELLED;
  const ended = status === 'CANCELLED' ? isOwedAnyway : status === 'FAILED' && isOwed;
  const failed = ended && compensates === null;
  const returned = status === 'SETTLED' && (await findCompensation(tx, id)) !== undefined;
  if ((!failed && !returned) || (dividendOf(transaction) !== null && (await isAdjusted(tx, id))))
    throw new DomainError(
      'payment-ordered',
      'Only what is owed can be ordered: a pending, cancelled, failed or returned payment.',
    );
  if (await isContradicted(tx, id))
    throw new DomainError(
      'payment-in-doubt',
      'The bank contradicts itself about the payment. Resolve that first, see /exceptions.',
    );
  return accountOwing(transaction);
}

/** Returns the account that holds the money of a payment that has ended, or that has come back. */
export function accountOwing({ plan_id, status, source_account }: TransactionRow): SourceAccount {
  if (plan_id !== null) return 'PLAN_OBLIGATIONS';
  if (status === 'SETTLED') return 'RETURNS';
  return source_account ?? 'DIVIDENDS_PAYABLE';
}

/**
 * Enters another payment of what a failed or returned one has not paid, and its order. Starting it is left to the caller.
 * @throws DomainError `payment-ordered` if there is nothing to pay again
 */
export async function payAgain(
  tx: TenantTx,
  failed: TransactionRow,
  order: Omit<NewOrder, 'transaction_id' | 'replaces'>,
): Promise<TransactionRow> {
  const sourceAccount = await sourceOfRepayment(tx, failed);
  const { amount, currency, shareholder_id, plan_id, memo } = failed;
  const transaction = await createTransaction(tx, {
    type: 'DISBURSE',
    ...{ amount, currency, shareholder_id, plan_id, memo },
    source_account: sourceAccount,
    repays_dividend_id: dividendOf(failed),
  });
  await insertOrder(tx, { ...order, transaction_id: transaction.id, replaces: failed.id });
  return transaction;
}

/**
 * Presents a payment again by ourselves, where the code of its return allows it and as often as Nacha does. The person who
 * approved the first one has approved this: payee, account and amount are the same.
 */
export async function repayReturned(
  tx: TenantTx,
  failed: TransactionRow,
  order: OrderRow,
  code: string,
): Promise<void> {
  if (!mayRepay(code, order.automatic_repayments)) return;
  const { tenant_id, id } = await payAgain(tx, failed, {
    bank_account_id: order.bank_account_id,
    channel: order.channel,
    automatic_repayments: order.automatic_repayments + 1,
    requested_by: order.requested_by,
    request_id: order.request_id,
    approval: order.approval,
    decided_by: order.decided_by,
    decided_at: order.decided_at,
  });
  startPayment(tx, { tenant_id, transaction_id: id, request_id: order.request_id });
}
