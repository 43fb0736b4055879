import type { z } from 'zod';
import type { ChangeRequest } from '#approvals/change-request.ts';
import type { Proposer } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { fromMinor } from '#kernel/money.ts';
import { findTransaction } from '#payments/orders/ordered-transaction.ts';
import { findOrder } from '#payments/orders/payment-order.repository.ts';
import type { AccountChange } from '#payments/payees/payable-account.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import { correctionPlace } from './correction-place.ts';
import { type InboundItemRow, lockInboundFile, lockItem } from './inbound-file.repository.ts';
import { OFFSET_ENTRY } from './offset-entry.ts';

interface Matched {
  readonly file_id: string;
  readonly transaction_id: string;
}

/** A match that waits, as its change request keeps it: a number of an account is sealed for that account. */
export interface ProposedMatch extends Matched {
  readonly account_id: string;
  readonly change: AccountChange;
}

/**
 * Proposes to book an item of a file to a payment that a person names.
 * @throws DomainError `not-found`, `bank-item-resolved`, `bank-item-not-of-payment`, `payment-not-released`,
 *   `change-pending`
 */
export async function proposeMatch(
  tx: TenantTx,
  { file_id, transaction_id }: Matched,
  itemId: string,
  sealer: Sealer,
  proposer: Proposer,
): Promise<z.infer<typeof ChangeRequest>> {
  found(await lockInboundFile(tx, file_id));
  const item = found(await lockItem(tx, file_id, itemId));
  const { currency, account_id } = await requireMatching(tx, item, transaction_id);
  const { line, kind, code, original_trace_number, amount, corrected_sealed: sealed } = item;
  const change = sealed === null ? {} : await openChange(item, sealed, account_id, sealer);
  return requestChange(
    tx,
    {
      kind: 'bank-item',
      subject: { type: 'bank-items', id: itemId },
      before: null,
      after: {
        ...{ file_id, line, kind, code, original_trace_number, transaction_id },
        amount: amount === null ? null : fromMinor(amount, currency),
      },
      proposal: { file_id, transaction_id, account_id, change } satisfies ProposedMatch,
    },
    proposer,
  );
}

/** Returns the change of the account that a notification asks for. It is loaded here: few items are one. */
async function openChange(
  { id, code }: InboundItemRow,
  sealed: string,
  accountId: string,
  sealer: Sealer,
): Promise<AccountChange> {
  const { changeBy } = await import('./account-correction.ts');
  return changeBy(code, sealer.open(sealed, correctionPlace(id)), sealer)(accountId);
}

/** @throws DomainError `bank-item-resolved`, `not-found`, `bank-item-not-of-payment`, `payment-not-released` */
export async function requireMatching(
  tx: TenantTx,
  { state, kind, amount, reason }: InboundItemRow,
  transactionId: string,
): Promise<{ readonly currency: string; readonly account_id: string }> {
  if (state !== 'UNMATCHED' && state !== 'UNREADABLE')
    throw new DomainError('bank-item-resolved', `The item is ${state} already.`);
  if (reason === OFFSET_ENTRY)
    throw new DomainError(
      'bank-item-not-of-payment',
      'It answers an offset entry, which is no payment. Correct `offset_account` in the payment settings, and acknowledge the file.',
    );
  const transaction = found(await findTransaction(tx, transactionId));
  const order = await findOrder(tx, transactionId);
  if (order === undefined || order.released_at === null)
    throw new DomainError('payment-not-released', 'Name a payment that has been sent to the bank.');
  if (kind === null)
    throw new DomainError(
      'bank-item-not-of-payment',
      'The item says nothing of a payment; ask the bank for it.',
    );
  if (kind === 'RETURNED' && amount !== null && amount !== transaction.amount)
    throw new DomainError(
      'bank-item-not-of-payment',
      `It returns ${fromMinor(amount, transaction.currency)}, and the payment is of ${fromMinor(transaction.amount, transaction.currency)}.`,
    );
  return { currency: transaction.currency, account_id: order.bank_account_id };
}
