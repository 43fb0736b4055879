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
import { findAskedAccount } from './prenote.repository.ts';

/** An item answers a payment that a person names, or the prenote by which the bank was asked for an account. */
export type Meant = { readonly transaction_id: string } | { readonly bank_account_id: string };

/** A match that waits, as its change request keeps it: a number of an account is sealed for that account. */
export interface ProposedMatch {
  readonly file_id: string;
  /** Absent where it answers the prenote of the account. */
  readonly transaction_id?: string;
  readonly account_id: string;
  readonly change: AccountChange;
}

/**
 * Proposes to book an item of a file to a payment or a prenote.
 * @throws DomainError `not-found`, `bank-item-resolved`, `bank-item-not-of-payment`, `payment-not-released`,
 *   `change-pending`
 */
export async function proposeMatch(
  tx: TenantTx,
  file_id: string,
  meant: Meant,
  itemId: string,
  sealer: Sealer,
  proposer: Proposer,
): Promise<z.infer<typeof ChangeRequest>> {
  found(await lockInboundFile(tx, file_id));
  const item = found(await lockItem(tx, file_id, itemId));
  const { currency, account_id } = await requireMatching(tx, item, meant);
  const { line, kind, code, original_trace_number, amount, corrected_sealed: sealed } = item;
  const change = sealed === null ? {} : await openChange(item, sealed, account_id, sealer);
  return requestChange(
    tx,
    {
      kind: 'bank-item',
      subject: { type: 'bank-items', id: itemId },
      before: null,
      after: {
        ...{ file_id, line, kind, code, original_trace_number, ...meant },
        amount: amount === null ? null : fromMinor(amount, currency),
      },
      proposal: {
        ...{ file_id, account_id, change },
        ...('transaction_id' in meant ? { transaction_id: meant.transaction_id } : {}),
      } satisfies ProposedMatch,
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

/** An item answers this, if a person is right. */
export interface Answered {
  readonly currency: string;
  readonly account_id: string;
  /** The prenote that it answers; null where it answers a payment. */
  readonly prenote_id: string | null;
}

/** @throws DomainError `bank-item-resolved`, `not-found`, `bank-item-not-of-payment`, `payment-not-released` */
export async function requireMatching(tx: TenantTx, item: InboundItemRow, meant: Meant): Promise<Answered> {
  const { state, kind, reason } = item;
  if (state !== 'UNMATCHED' && state !== 'UNREADABLE')
    throw new DomainError('bank-item-resolved', `The item is ${state} already.`);
  if (reason === OFFSET_ENTRY)
    throw new DomainError(
      'bank-item-not-of-payment',
      'It answers an offset entry, which is no payment. Correct `offset_account` in the payment settings, and acknowledge the file.',
    );
  const answered =
    'bank_account_id' in meant
      ? await requirePrenote(tx, item, meant.bank_account_id)
      : await requirePayment(tx, item, meant.transaction_id);
  if (kind === null)
    throw new DomainError(
      'bank-item-not-of-payment',
      'The item says nothing of a payment; ask the bank for it.',
    );
  return answered;
}

async function requirePayment(
  tx: TenantTx,
  { kind, amount }: InboundItemRow,
  transactionId: string,
): Promise<Answered> {
  const transaction = found(await findTransaction(tx, transactionId));
  const order = await findOrder(tx, transactionId);
  if (order === undefined || order.released_at === null)
    throw new DomainError('payment-not-released', 'Name a payment that has been sent to the bank.');
  if (kind === 'RETURNED' && amount !== null && amount !== transaction.amount)
    throw new DomainError(
      'bank-item-not-of-payment',
      `It returns ${fromMinor(amount, transaction.currency)}, and the payment is of ${fromMinor(transaction.amount, transaction.currency)}.`,
    );
  return { currency: transaction.currency, account_id: order.bank_account_id, prenote_id: null };
}

/** ACH moves dollars only. */
const CURRENCY = 'USD';

async function requirePrenote(
  tx: TenantTx,
  { kind, amount }: InboundItemRow,
  accountId: string,
): Promise<Answered> {
  const { prenote_id } = found(await findAskedAccount(tx, accountId));
  if (prenote_id === null)
    throw new DomainError('payment-not-released', 'The bank was not asked for that account by a prenote.');
  if (kind === 'RETURNED' && amount !== null && amount !== 0n)
    throw new DomainError(
      'bank-item-not-of-payment',
      `It returns ${fromMinor(amount, CURRENCY)}, and a prenote is of no money.`,
    );
  return { currency: CURRENCY, account_id: accountId, prenote_id };
}
