import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** Whether the money of a payment is back by a statement of the bank, and not by a reversal. */
export async function isShownBack(read: TenantRead, transactionId: string): Promise<boolean> {
  const row = await read
    .selectFrom('statement_legs')
    .select('item_id')
    .where('transaction_id', '=', transactionId)
    .where('leg', '=', 'BACK')
    .where('reversal_id', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}
