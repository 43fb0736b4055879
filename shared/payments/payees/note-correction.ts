import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { insertCorrection, toNotification } from './account-correction.repository.ts';
import { type AccountChange, findBankAccount, setBankAccount } from './bank-account.repository.ts';

interface Notified {
  /** The payment that is answered; null where a prenote is. */
  readonly transaction_id: string | null;
  readonly prenote_id?: string;
  readonly event_id: string;
  readonly code: string;
  readonly bank_account_id: string;
}

/**
 * Keeps a notification of change with what stood there before, corrects the account, and publishes it. The caller has found that one of a
 * payment is new; one of a prenote that was kept before changes nothing.
 */
export async function noteCorrection(tx: TenantTx, notified: Notified, change: AccountChange): Promise<void> {
  const account = await findBankAccount(tx, notified.bank_account_id);
  // Nothing is corrected of what retention has erased.
  if (account === undefined || account.purged_at !== null) return;
  const { routing_number, account_last4, account_type, account_number_sealed } = account;
  const isApplied = Object.keys(change).length > 0;
  const row = await insertCorrection(tx, {
    ...notified,
    is_applied: isApplied,
    ...{ routing_number_before: routing_number, account_last4_before: account_last4 },
    account_type_before: account_type,
    routing_number_after: change.routing_number ?? routing_number,
    account_last4_after: change.account_last4 ?? account_last4,
    account_type_after: change.account_type ?? account_type,
    number_before_sealed: change.account_number_sealed === undefined ? null : account_number_sealed,
  });
  if (row === undefined) return;
  if (isApplied) await setBankAccount(tx, account.id, change);
  const { id: correction_id, noted_at: _, ...shown } = toNotification(row);
  emit(tx, 'bank-account.corrected', { correction_id, ...shown });
}
