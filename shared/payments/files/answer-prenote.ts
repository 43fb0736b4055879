import { noteCorrection } from '#payments/payees/note-correction.ts';
import { notePrenoteReturn } from '#payments/payees/payable-account.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Answer } from './apply-item.ts';
import { setAcknowledged } from './outbound-file.repository.ts';
import { lockPrenote, setReturned } from './prenote.repository.ts';

/**
 * Applies an answer to a prenote, once, in however many files it comes: a return refuses the account for good, and a notification of
 * change corrects it, as one of a payment does. Either says that the bank has the file.
 */
export async function answerPrenote(
  tx: TenantTx,
  prenoteId: string,
  { kind, code, traceNumber, originalRdfi, changeOf }: Answer,
): Promise<null> {
  const { bank_account_id, file_id, return_code } = found(await lockPrenote(tx, prenoteId));
  await setAcknowledged(tx, file_id, null);
  if (kind === 'CORRECTED') {
    const event_id = `ach:${originalRdfi}:${traceNumber}:${code ?? ''}`;
    const notified = { transaction_id: null, prenote_id: prenoteId, event_id, code: code ?? '' };
    await noteCorrection(tx, { ...notified, bank_account_id }, changeOf(bank_account_id));
  } else if (return_code === null) {
    await setReturned(tx, prenoteId, code ?? '');
    await notePrenoteReturn(tx, bank_account_id, code ?? '');
  }
  // No execution waits for it.
  return null;
}
