import { DomainError } from '#kernel/domain-error.ts';
import {
  createTransaction,
  dividendOf,
  findCompensation,
  isAdjusted,
  repaying,
  type SourceAccount,
  type TransactionRow,
} from '#ledger/transactions.ts';
import { REVERSED } from '#payments/bank/contradiction.ts';
import { isContradicted } from '#payments/exceptions/contradiction.repository.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { insertOrder, type NewOrder } from './payment-order.repository.ts';

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
  const { id, type, status, compensates, return_code, source_account } = transaction;
  // Nothing is owed by an order that a person has ended, except what a dividend owes, or what has come back before.
  const isOwedAnyway = dividendOf(transaction) !== null || source_account === 'RETURNS';
  const isOwed = return_code === DENIED ? isOwedAnyway : return_code !== CANCELLED;
  const ended = status === 'CANCELLED' ? isOwedAnyway : status === 'FAILED' && isOwed;
  const failed = ended && compensates === null && type !== 'REVERSAL';
  const isOwedStill = return_code !== REVERSED || isOwedAnyway;
  const returned = status === 'SETTLED' && isOwedStill && (await findCompensation(tx, id)) !== undefined;
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
export function accountOwing({
  plan_id,
  status,
  return_code,
  source_account,
}: TransactionRow): SourceAccount {
  if (plan_id !== null) return 'PLAN_OBLIGATIONS';
  if (return_code === REVERSED && source_account === 'OTHER_DISBURSEMENTS') return source_account;
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
    ...repaying(failed),
    ...(order.requested_by === null ? {} : { created_by: order.requested_by }),
  });
  await insertOrder(tx, { ...order, transaction_id: transaction.id, replaces: failed.id });
  return transaction;
}
