import { findTransaction } from '#payments/orders/ordered-transaction.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** The kind of change by which a second person decides on an order. */
export async function changeKindOf(
  read: TenantRead,
  transactionId: string,
): Promise<'payment' | 'payment-reversal'> {
  const transaction = await findTransaction(read, transactionId);
  return transaction?.type === 'REVERSAL' ? 'payment-reversal' : 'payment';
}
