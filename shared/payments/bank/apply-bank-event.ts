import { finishDividend } from '#dividends/paying-dividend.ts';
import { changeStatus } from '#ledger/change-status.ts';
import { compensate, markReturned } from '#ledger/compensate.ts';
import { isTerminal } from '#ledger/transaction-status.ts';
import { lockTransaction, type TransactionRow } from '#ledger/transactions.ts';
import { insertContradiction } from '#payments/exceptions/contradiction.repository.ts';
import { isReturnReasonCode } from '#payments/nacha/return-codes.ts';
import { findOrder, type OrderRow } from '#payments/orders/payment-order.repository.ts';
import { isBeingReversed } from '#payments/reversals/reversible.repository.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { insertBankEvent, listUnapplied, setApplied } from './bank-event.repository.ts';
import type { PaymentEventKind } from './bank-event-kind.ts';
import { consequenceOf } from './consequence.ts';
import { contradictedBy, REVERSED, type StoodAs } from './contradiction.ts';

/** The return code of an order that the bank refused without a code of its own. */
const REJECTED = 'REJECTED';

/**
 * Makes a transaction that is locked what the bank has said of it so far, and answers what it has become. Events that were
 * applied before, and those that change nothing any more, do nothing. What can't be true of a payment that has ended is kept for people.
 */
export async function applyBankEvents(tx: TenantTx, locked: TransactionRow): Promise<TransactionRow> {
  const order = await findOrder(tx, locked.id);
  if (order === undefined) return locked;
  let transaction = locked;
  for (const { event_id, kind, code } of await listUnapplied(tx, locked.id)) {
    const stood_as = contradictedBy(kind, transaction) ?? (await reversedBeside(tx, kind, transaction));
    if (stood_as !== undefined)
      await insertContradiction(tx, { transaction_id: locked.id, event_id, stood_as });
    const before = transaction;
    transaction = await applyBankEvent(tx, transaction, order, kind, code);
    if (transaction.type === 'REVERSAL') await tellPayment(tx, before, transaction);
  }
  if (order.released_at !== null) await setApplied(tx, locked.id);
  if (transaction !== locked && isTerminal(transaction.status)) await finishDividend(tx, transaction);
  return transaction;
}

/** A payment that comes back while the bank has its reversal may come back twice. */
async function reversedBeside(
  tx: TenantTx,
  kind: PaymentEventKind,
  { id, return_code }: TransactionRow,
): Promise<StoodAs | undefined> {
  const comesBack = (kind === 'RETURNED' || kind === 'REJECTED') && return_code === null;
  return comesBack && (await isBeingReversed(tx, id)) ? 'REVERSED' : undefined;
}

async function applyBankEvent(
  tx: TenantTx,
  locked: TransactionRow,
  order: OrderRow,
  kind: PaymentEventKind,
  code: string | null,
): Promise<TransactionRow> {
  const consequence = consequenceOf(kind, locked.status, order.released_at !== null);
  const isReversal = locked.type === 'REVERSAL';
  let transaction = locked;
  for (const status of consequence.through)
    transaction = await changeStatus(
      tx,
      transaction,
      status,
      status === 'FAILED' ? (code ?? REJECTED) : undefined,
    );
  if (consequence.compensate) {
    const takeBack = isReversal ? markReturned : compensate;
    const why = kind === 'REVERSED' ? REVERSED : (code ?? REJECTED);
    if (transaction.return_code === null) transaction = await takeBack(tx, transaction, why);
  }
  // The codes by which a debit comes back say nothing of what the account may be paid.
  if (
    !isReversal &&
    transaction !== locked &&
    code !== null &&
    kind !== 'SETTLED' &&
    isReturnReasonCode(code)
  ) {
    // Loaded here: with it, the function’s code would be longer than a cold start may read.
    const { noteReturn } = await import('#payments/payees/payable-account.ts');
    await noteReturn(tx, order.bank_account_id, code);
  }
  return transaction;
}

/**
 * Tells a payment what has become of its reversal: its money was brought back, or was and is gone again, which people must look at, since it may have
 * been paid anew meanwhile.
 */
async function tellPayment(tx: TenantTx, before: TransactionRow, reversal: TransactionRow): Promise<void> {
  if (reversal.status !== 'SETTLED') return;
  if (before.status !== 'SETTLED') return takeBack(tx, reversal);
  if (before.return_code !== null || reversal.return_code === null) return;
  const payment = found(await lockTransaction(tx, reversal.reverses ?? ''));
  const event = { transaction_id: payment.id, event_id: `reversal:${reversal.id}:returned` };
  await insertBankEvent(tx, { ...event, kind: 'SETTLED', code: reversal.return_code });
  await insertContradiction(tx, { ...event, stood_as: 'REVERSED' });
  await setApplied(tx, payment.id);
}

/** Books that a reversal has brought the money of its payment back, once. */
export async function takeBack(tx: TenantTx, reversal: TransactionRow): Promise<void> {
  const payment = found(await lockTransaction(tx, reversal.reverses ?? ''));
  const event = { transaction_id: payment.id, event_id: `reversal:${reversal.id}` };
  if (await insertBankEvent(tx, { ...event, kind: 'REVERSED' })) await applyBankEvents(tx, payment);
}
