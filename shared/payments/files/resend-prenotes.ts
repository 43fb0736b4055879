import { movePrenotes } from '#payments/payees/prenote.repository.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { listPrenotes } from './prenote.repository.ts';

/** Lets the accounts of a file that the bank has not taken wait for a prenote again. */
export async function resendPrenotes(tx: TenantTx, fileId: string): Promise<void> {
  const accounts = (await listPrenotes(tx, fileId)).map(({ bank_account_id }) => bank_account_id);
  if (accounts.length > 0) await movePrenotes(tx, accounts, 'SENT', 'WAITING');
}
