import type { z } from 'zod';
import { findPayingDividend, type PayingDividend, requireApproved } from '#dividends/paying-dividend.ts';
import { addDays } from '#kernel/calendar.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { fromMinor, toMinor } from '#kernel/money.ts';
import {
  createTransaction,
  lockTransaction,
  type Repaying,
  repaying,
  type SourceAccount,
  type TransactionRow,
} from '#ledger/transactions.ts';
import { startPayment } from '#payments/execution/start-execution.ts';
import { type Payee, payableAccount, requirePayee } from '#payments/payees/payable-account.ts';
import { payeeOf } from '#payments/payees/payee.ts';
import { findSettings } from '#payments/settings/payment-settings.repository.ts';
import { checkChannel, paymentRules } from '#payments/settings/payment-settings.ts';
import { findPaidPlan } from '#plans/paid-participant.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import { exceedsThreshold } from './order-approval.ts';
import { findTransaction, type OrderedRow } from './ordered-transaction.ts';
import type { createDisbursement } from './orders.routes.ts';
import { findOrder, findOrderByKey, insertOrder, type OrderRow } from './payment-order.repository.ts';
import { sourceOfRepayment } from './replace-order.ts';

type Order = z.output<(typeof createDisbursement)['body']>;

/** The user who orders, and the idempotency key of the order. */
export interface Maker {
  readonly actorId: string;
  readonly requestId: string;
  readonly idempotencyKey: string;
}

/** The transaction to pay: an existing one, or one to be created. */
interface Subject {
  readonly transaction?: TransactionRow;
  readonly payee: Payee;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly shareholderId: string | null;
  readonly planId: string | null;
  readonly memo: string | null;
  /** The dividend that it pays again, with what was withheld. */
  readonly repays?: Repaying;
  /** The payable date of its dividend. */
  readonly payableDate?: string;
  readonly sourceAccount: SourceAccount;
  readonly replaces: string | null;
}

/**
 * Orders a payment: checks everything that can be checked now, writes the transaction and its order, and starts its
 * execution after the commit. The same key orders one payment for ever.
 * @throws DomainError `not-found`, `shareholder-closed`, `payment-ordered`, `dividend-not-payable`, `kyc-required`,
 * `bank-account-required`, `bank-account-blocked`, `currency-mismatch`, `vested-balance-exceeded`,
 * `channel-unavailable`, `validation-failed`, `idempotency-key-reused`
 */
export async function placeOrder(tx: TenantTx, order: Order, maker: Maker): Promise<OrderedRow> {
  const known = await findOrderByKey(tx, maker.idempotencyKey);
  if (known !== undefined)
    return sameOrder(found(await findTransaction(tx, known.transaction_id)), known, order);
  const subject = await subjectOf(tx, order);
  const isOwed = subject.transaction !== undefined || subject.replaces !== null;
  await requirePayee(tx, subject.payee, isOwed);
  const account = await payableAccount(tx, subject.payee, order.bank_account_id);
  const rules = paymentRules(await findSettings(tx));
  checkChannel(rules, subject.amountMinor, subject.currency);
  const transaction = subject.transaction ?? (await newTransaction(tx, subject));
  const { currency, amountMinor, payee } = subject;
  const payeeId = 'shareholder_id' in payee ? payee.shareholder_id : payee.employee_id;
  const parties = [
    { party: 'USER', id: maker.actorId },
    { party: 'PAYEE', id: payeeId },
  ] as const;
  const isControlled = await exceedsThreshold(
    tx,
    { amountMinor, currency, parties },
    rules.approveAbove(currency),
  );
  await insertOrder(tx, {
    transaction_id: transaction.id,
    bank_account_id: account.id,
    channel: rules.channel,
    replaces: subject.replaces,
    requested_by: maker.actorId,
    request_id: maker.requestId,
    idempotency_key: maker.idempotencyKey,
    not_before: await firstDay(tx, order, subject),
    approval: isControlled ? 'REQUIRED' : 'NOT_NEEDED',
  });
  if (isControlled) {
    // Loaded by the few orders that wait: most functions with payments have nothing else of that room.
    const { requestChange } = await import('#approvals/request-change.ts');
    await requestChange(
      tx,
      {
        kind: 'payment',
        subject: { type: 'transactions', id: transaction.id },
        before: null,
        after: {
          ...{ amount: fromMinor(amountMinor, currency), currency, ...payee, bank_account_id: account.id },
          ...(subject.planId === null ? {} : { plan_id: subject.planId }),
        },
        proposal: {},
      },
      maker,
    );
  }
  const { tenant_id, id } = transaction;
  startPayment(tx, { tenant_id, transaction_id: id, request_id: maker.requestId });
  return found(await findTransaction(tx, id));
}

const MOST_DAYS_AHEAD = 366;

/** Returns the first day on which a payment may leave: the one that is asked for, and not before its dividend is payable. */
async function firstDay(
  tx: TenantTx,
  { not_before }: Order,
  { payableDate }: Subject,
): Promise<string | null> {
  if (not_before === undefined) return payableDate ?? null;
  const today = await todayOf(tx);
  if (not_before > addDays(today, MOST_DAYS_AHEAD))
    throw invalidField('/not_before', 'too-far', `must be at most ${MOST_DAYS_AHEAD} days after ${today}`);
  return payableDate !== undefined && payableDate > not_before ? payableDate : not_before;
}

/**
 * A key still orders nothing new after the stored answer has expired: another order is refused for ever. What an order leaves to us (account,
 * memo or day of an entitlement) is what it was then.
 */
function sameOrder(transaction: OrderedRow, known: OrderRow, order: Order): OrderedRow {
  const { currency } = transaction;
  const same =
    isOfSubject(transaction, known, order) &&
    (order.bank_account_id === undefined || order.bank_account_id === known.bank_account_id) &&
    isSameDay(transaction, known, order) &&
    isSameMemo(transaction, order) &&
    (order.currency === undefined || order.currency === currency) &&
    (order.amount === undefined || toMinor(order.amount, currency) === transaction.amount);
  if (same) return transaction;
  throw new DomainError('idempotency-key-reused', 'This key has ordered another payment. Use a new key.');
}

function isOfSubject(transaction: OrderedRow, { replaces }: OrderRow, order: Order): boolean {
  if ('transaction_id' in order)
    return order.transaction_id === (replaces ?? (transaction.type === 'DIVIDEND' ? transaction.id : null));
  if (replaces !== null || transaction.type !== 'DISBURSE') return false;
  return 'shareholder_id' in order
    ? order.shareholder_id === transaction.shareholder_id
    : order.plan_id === transaction.plan_id;
}

/** An entitlement isn't paid before its payable date, so that an earlier day has asked for the same. */
function isSameDay({ dividend_id }: OrderedRow, known: OrderRow, { not_before }: Order): boolean {
  if (dividend_id === null) return (not_before ?? null) === known.not_before;
  return not_before === undefined || not_before <= (known.not_before ?? '');
}

/** Retention erases memos: what was erased is not compared. */
function isSameMemo({ type, memo }: OrderedRow, order: Order): boolean {
  if (memo === null || type === 'DIVIDEND') return true;
  return order.memo === undefined ? 'transaction_id' in order : order.memo === memo;
}

function newTransaction(tx: TenantTx, { repays, ...subject }: Subject): Promise<TransactionRow> {
  const transaction = {
    type: 'DISBURSE' as const,
    amount: subject.amountMinor,
    currency: subject.currency,
    shareholder_id: subject.shareholderId,
    plan_id: subject.planId,
    memo: subject.memo,
    source_account: subject.sourceAccount,
  };
  return createTransaction(tx, repays === undefined ? transaction : { ...transaction, ...repays });
}

async function subjectOf(tx: TenantTx, order: Order): Promise<Subject> {
  if ('transaction_id' in order) return subjectOfTransaction(tx, order);
  const { currency, memo = null } = order;
  const amountMinor = toMinor(order.amount, currency);
  const shared = { amountMinor, currency, memo, replaces: null };
  if ('shareholder_id' in order) {
    const shareholderId = order.shareholder_id;
    const payee = { shareholder_id: shareholderId };
    return { ...shared, payee, shareholderId, planId: null, sourceAccount: 'OTHER_DISBURSEMENTS' };
  }
  const plan = found(await findPaidPlan(tx, order.plan_id));
  if (plan.currency !== currency)
    throw new DomainError('currency-mismatch', `The plan is in ${plan.currency}.`);
  const payee = { employee_id: plan.employee_id };
  return { ...shared, payee, shareholderId: null, planId: order.plan_id, sourceAccount: 'PLAN_OBLIGATIONS' };
}

async function subjectOfTransaction(
  tx: TenantTx,
  order: Extract<Order, { transaction_id: string }>,
): Promise<Subject> {
  const transaction = found(await lockTransaction(tx, order.transaction_id));
  checkRepeated(transaction, order);
  const payee = await payeeOf(tx, transaction);
  const base = {
    payee,
    amountMinor: transaction.amount,
    currency: transaction.currency,
    shareholderId: transaction.shareholder_id,
    planId: transaction.plan_id,
    memo: order.memo ?? transaction.memo,
  };
  if (transaction.status === 'PENDING' && transaction.type === 'DIVIDEND') {
    if ((await findOrder(tx, transaction.id)) !== undefined)
      throw new DomainError('payment-ordered', 'The payment has been ordered already.');
    const { payableDate } = await requirePayable(tx, transaction.dividend_id);
    return { ...base, transaction, payableDate, sourceAccount: 'DIVIDENDS_PAYABLE', replaces: null };
  }
  const sourceAccount = await sourceOfRepayment(tx, transaction);
  const repays = repaying(transaction);
  if (repays.repays_dividend_id !== null) await requirePayable(tx, repays.repays_dividend_id);
  return { ...base, sourceAccount, replaces: transaction.id, repays };
}

/** Checks that the caller's statements about the transaction are correct. */
function checkRepeated({ amount, currency }: TransactionRow, order: Order): void {
  if (order.currency !== undefined && order.currency !== currency)
    throw new DomainError('currency-mismatch', `The transaction is in ${currency}.`);
  if (order.amount !== undefined && toMinor(order.amount, currency) !== amount)
    throw invalidField('/amount', 'other-amount', `must be ${fromMinor(amount, currency)}`);
}

/** @throws DomainError `dividend-not-payable` */
async function requirePayable(tx: TenantTx, dividendId: string | null): Promise<PayingDividend> {
  const dividend = dividendId === null ? undefined : await findPayingDividend(tx, dividendId);
  if (dividend !== undefined) requireApproved(dividend);
  if (dividend?.isPayable !== true)
    throw new DomainError('dividend-not-payable', `The dividend is ${dividend?.state}.`);
  return dividend;
}
