import { lockTransaction } from '#ledger/transactions.ts';
import { applyBankEvents } from '#payments/bank/apply-bank-event.ts';
import { insertBankEvent } from '#payments/bank/bank-event.repository.ts';
import { findOrder } from '#payments/orders/payment-order.repository.ts';
import type { AccountChange } from '#payments/payees/payable-account.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { setAcknowledgedByAnswer } from './outbound-file.repository.ts';

/** The bank has said this of a payment in a file. */
export interface Answer {
  readonly kind: 'RETURNED' | 'CORRECTED';
  readonly code: string | null;
  readonly traceNumber: string;
  readonly originalRdfi: string;
  /** The change that it makes to the account into which the payment went. */
  readonly changeOf: (accountId: string) => AccountChange;
}

/**
 * Books an answer to a payment, once, in however many files it comes. Returns the token of the execution that waits for it; null
 * where none does, or it was booked before.
 */
export async function applyAnswer(
  tx: TenantTx,
  transactionId: string,
  { kind, code, traceNumber, originalRdfi, changeOf }: Answer,
): Promise<string | null> {
  const transaction = found(await lockTransaction(tx, transactionId));
  const order = found(await findOrder(tx, transactionId));
  const event_id = `ach:${originalRdfi}:${traceNumber}:${code ?? ''}`;
  if (!(await insertBankEvent(tx, { transaction_id: transactionId, event_id, kind, code }))) return null;
  await setAcknowledgedByAnswer(tx, transactionId);
  if (kind === 'CORRECTED') {
    // Loaded by the few answers that correct an account.
    const { noteCorrection } = await import('#payments/payees/note-correction.ts');
    const { bank_account_id } = order;
    await noteCorrection(
      tx,
      { transaction_id: transactionId, event_id, code: code ?? '', bank_account_id },
      changeOf(bank_account_id),
    );
  }
  await applyBankEvents(tx, transaction);
  return kind === 'RETURNED' && order.waits_for === 'SETTLEMENT' ? order.task_token : null;
}
