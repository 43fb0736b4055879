import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { toTransactionState } from './transaction-state.ts';
import { findCompensation, setStatus, TRANSACTION_COLUMNS, type TransactionRow } from './transactions.ts';

/**
 * Takes a settled transaction back, whose money has returned, by another one of the opposite amount. The settled one stays
 * settled, and gets the code of the return. A second return of the same transaction changes nothing.
 */
export async function compensate(
  tx: TenantTx,
  settled: TransactionRow,
  code: string,
): Promise<TransactionRow> {
  if ((await findCompensation(tx, settled.id)) !== undefined) return settled;
  const { id, type, amount, currency, shareholder_id, plan_id, dividend_id, repays_dividend_id } = settled;
  const compensation = await tx
    .insertInto('transactions')
    .values({
      ...{ type, currency, shareholder_id, plan_id, dividend_id, repays_dividend_id },
      amount: -amount,
      status: 'SETTLED',
      compensates: id,
      return_code: code,
    })
    .returning(TRANSACTION_COLUMNS)
    .executeTakeFirstOrThrow();
  const marked = (await setStatus(tx, settled, 'SETTLED', code)) ?? settled;
  emit(tx, 'transaction.returned', {
    transactions: [toTransactionState(marked), toTransactionState(compensation)],
  });
  return marked;
}

/** Notes that a settled reversal was returned: it had booked nothing itself, and takes nothing back. */
export async function markReturned(
  tx: TenantTx,
  settled: TransactionRow,
  code: string,
): Promise<TransactionRow> {
  const marked = (await setStatus(tx, settled, 'SETTLED', code)) ?? settled;
  emit(tx, 'transaction.returned', { transactions: [toTransactionState(marked)] });
  return marked;
}
