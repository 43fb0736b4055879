import { changeStatus } from '#ledger/change-status.ts';
import { toTransactionState } from '#ledger/transaction-state.ts';
import { insertTransaction, setStatus, type TransactionRow } from '#ledger/transactions.ts';
import { isReturnReasonCode } from '#payments/nacha/return-codes.ts';
import { findOrder, type OrderRow } from '#payments/orders/order.repository.ts';
import { representPayment } from '#payments/orders/replace-order.ts';
import { noteReturn } from '#payments/payees/payable-account.ts';
import { finishDividend } from '#payments/runs/finish-run.ts';
import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { listUnapplied, setApplied } from './bank-event.repository.ts';
import { consequenceOf, isTerminal, type Status, type WordKind } from './consequence.ts';

/** When the bank refuses an order without a code of its own. */
const REJECTED = 'REJECTED';

/**
 * Makes a transaction that is locked what the bank has said of it so far, and answers what it has become. Words that were
 * applied before, and those that change nothing any more, do nothing.
 */
export async function applyWords(tx: TenantTx, locked: TransactionRow): Promise<TransactionRow> {
  const order = await findOrder(tx, locked.id);
  if (order === undefined) return locked;
  let transaction = locked;
  for (const { kind, code } of await listUnapplied(tx, locked.id))
    transaction = await applyWord(tx, transaction, order, kind as WordKind, code);
  if (order.released_at !== null) await setApplied(tx, locked.id);
  if (transaction !== locked && isTerminal(transaction.status as Status))
    await finishDividend(tx, transaction.dividend_id);
  return transaction;
}

async function applyWord(
  tx: TenantTx,
  locked: TransactionRow,
  order: OrderRow,
  kind: WordKind,
  code: string | null,
): Promise<TransactionRow> {
  const { through, compensate } = consequenceOf(kind, locked.status as Status, order.released_at !== null);
  let transaction = locked;
  for (const status of through)
    transaction = await changeStatus(
      tx,
      transaction,
      status,
      status === 'FAILED' ? (code ?? REJECTED) : undefined,
    );
  if (compensate) transaction = await compensateReturn(tx, locked, code ?? REJECTED);
  if (transaction !== locked && code !== null && kind !== 'SETTLED' && isReturnReasonCode(code)) {
    await noteReturn(tx, order.bank_account_id, code);
    await representPayment(tx, transaction, order, code);
  }
  return transaction;
}

/** Settled money came back: another transaction takes the settled one back, which stays what it was. */
async function compensateReturn(
  tx: TenantTx,
  settled: TransactionRow,
  code: string,
): Promise<TransactionRow> {
  const known = await tx
    .selectFrom('transactions')
    .select('id')
    .where('compensates', '=', settled.id)
    .executeTakeFirst();
  if (known !== undefined) return settled;
  const { type, amount, currency, shareholder_id, plan_id, dividend_id } = settled;
  const compensation = await insertTransaction(tx, {
    ...{ type, currency, shareholder_id, plan_id, dividend_id },
    amount: -amount,
    status: 'SETTLED',
    compensates: settled.id,
    return_code: code,
  });
  const marked = (await setStatus(tx, settled, 'SETTLED', code)) ?? settled;
  emit(tx, 'transaction.returned', {
    transactions: [toTransactionState(marked), toTransactionState(compensation)],
  });
  return marked;
}
