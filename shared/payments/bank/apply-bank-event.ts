import { finishDividend } from '#dividends/paying-dividend.ts';
import { changeStatus } from '#ledger/change-status.ts';
import { isTerminal } from '#ledger/transaction-status.ts';
import { compensate, type TransactionRow } from '#ledger/transactions.ts';
import { insertContradiction } from '#payments/exceptions/contradiction.repository.ts';
import { isReturnReasonCode } from '#payments/nacha/return-codes.ts';
import { findOrder, type OrderRow } from '#payments/orders/payment-order.repository.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { listUnapplied, setApplied } from './bank-event.repository.ts';
import type { BankEventKind } from './bank-event-kind.ts';
import { consequenceOf } from './consequence.ts';
import { contradictedBy } from './contradiction.ts';

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
    const stood_as = contradictedBy(kind, transaction);
    if (stood_as !== undefined)
      await insertContradiction(tx, { transaction_id: locked.id, event_id, stood_as });
    transaction = await applyBankEvent(tx, transaction, order, kind, code);
  }
  if (order.released_at !== null) await setApplied(tx, locked.id);
  if (transaction !== locked && isTerminal(transaction.status)) await finishDividend(tx, transaction);
  return transaction;
}

async function applyBankEvent(
  tx: TenantTx,
  locked: TransactionRow,
  order: OrderRow,
  kind: BankEventKind,
  code: string | null,
): Promise<TransactionRow> {
  const consequence = consequenceOf(kind, locked.status, order.released_at !== null);
  let transaction = locked;
  for (const status of consequence.through)
    transaction = await changeStatus(
      tx,
      transaction,
      status,
      status === 'FAILED' ? (code ?? REJECTED) : undefined,
    );
  if (consequence.compensate) transaction = await compensate(tx, locked, code ?? REJECTED);
  if (transaction !== locked && code !== null && kind !== 'SETTLED' && isReturnReasonCode(code)) {
    // Loaded here: with them, the function’s code would be longer than a cold start may read.
    const { noteReturn } = await import('#payments/payees/payable-account.ts');
    const { repayReturned } = await import('#payments/orders/replace-order.ts');
    await noteReturn(tx, order.bank_account_id, code);
    await repayReturned(tx, transaction, order, code);
  }
  return transaction;
}
