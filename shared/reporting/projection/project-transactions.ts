import * as z from 'zod';
import { BusMessage, TransactionState } from '#contracts/event-schemas.ts';
import { toMinor } from '#kernel/money.ts';
import { tenantStatements } from '#platform/db/tenant-tx.ts';
import { upsertStatement } from './reporting.repository.ts';

/** An event of transactions, off the bus. */
export const TransactionsMessage = BusMessage.extend({
  detail: BusMessage.shape.detail.extend({ transactions: z.array(TransactionState).min(1) }),
});

/**
 * Stores the transactions of an event. A repeated event changes nothing, and a late one doesn't replace newer state.
 * Data derived from the ledger needs no audit entry of its own.
 */
export async function projectTransactions({ detail }: z.infer<typeof TransactionsMessage>): Promise<void> {
  const rows = detail.transactions.map((transaction) => ({
    ...transaction,
    amount: String(toMinor(transaction.amount, transaction.currency)),
  }));
  await tenantStatements(detail.tenant_id, [upsertStatement(rows)]);
}
