import { beginPaying, finishDividend } from '#dividends/paying-dividend.ts';
import type { Day } from '#kernel/calendar.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { changeStatus } from '#ledger/change-status.ts';
import { dividendOf, type TransactionRow } from '#ledger/transactions.ts';
import type { OrderRow } from '#payments/orders/payment-order.repository.ts';
import { checkAccountCurrency } from '#payments/payees/account-currency.ts';
import { requireActive, requireStanding } from '#payments/payees/payable-account.ts';
import { refusalOfLeaving } from '#payments/reversals/last-look.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { type LookedAt, lookAtEach } from './looked-at.ts';

/** Codes of our own for what is refused at the last moment. */
const REFUSALS: Readonly<Record<string, string>> = {
  'kyc-required': 'KYC',
  'shareholder-closed': 'CLOSED',
  'bank-account-blocked': 'ACCOUNT',
  'currency-mismatch': 'CURRENCY',
  'dividend-not-payable': 'CANCELLED',
};

/**
 * Ends a payment that was fine when it was ordered and must not leave now: looked at when it is released, and again when it goes into a file.
 * `today` is the banks’ day. Returns whether it has ended.
 */
export async function endRefused(
  tx: TenantTx,
  transaction: TransactionRow,
  order: OrderRow,
  today: Day,
  looked: LookedAt = lookAtEach(tx),
): Promise<boolean> {
  const refusal =
    transaction.reverses === null
      ? await refusalOf(tx, transaction, order, looked)
      : await refusalOfLeaving(tx, transaction.reverses, today);
  if (refusal === undefined) return false;
  await changeStatus(tx, transaction, 'FAILED', refusal);
  await finishDividend(tx, transaction);
  return true;
}

async function refusalOf(
  tx: TenantTx,
  transaction: TransactionRow,
  order: OrderRow,
  looked: LookedAt,
): Promise<string | undefined> {
  try {
    const dividendId = dividendOf(transaction);
    const isOwed = dividendId !== null || order.replaces !== null;
    requireStanding(await looked.payee(transaction), isOwed);
    checkAccountCurrency(transaction.currency);
    requireActive(found(await looked.account(order.bank_account_id)));
    // Once a dividend is being paid, as it is since the release, it can't be cancelled.
    if (order.released_at === null && !(await beginPaying(tx, dividendId)))
      throw new DomainError('dividend-not-payable', 'The dividend is not to be paid.');
    return undefined;
  } catch (error) {
    const code = error instanceof DomainError ? REFUSALS[error.slug] : undefined;
    if (code === undefined) throw error;
    return code;
  }
}
