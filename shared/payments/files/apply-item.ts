import { lockTransaction } from '#ledger/transactions.ts';
import { applyBankEvents } from '#payments/bank/apply-bank-event.ts';
import { type BankEvent, insertBankEvent } from '#payments/bank/bank-event.repository.ts';
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

/** Returns an answer as the bank's event of a payment: the same one in however many files it comes. */
export function eventOf(
  transaction_id: string,
  { kind, code, traceNumber, originalRdfi }: Omit<Answer, 'changeOf'>,
): BankEvent {
  return { transaction_id, event_id: `ach:${originalRdfi}:${traceNumber}:${code ?? ''}`, kind, code };
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
  const event = eventOf(transactionId, { kind, code, traceNumber, originalRdfi });
  const { event_id } = event;
  if (!(await insertBankEvent(tx, event))) return null;
  await setAcknowledgedByAnswer(tx, [transactionId]);
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
