import type { z } from 'zod';
import type { ChangeRequest } from '#approvals/change-request.ts';
import type { Proposer } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { fromMinor } from '#kernel/money.ts';
import { isTerminal } from '#ledger/transaction-status.ts';
import { lockTransaction, type TransactionRow } from '#ledger/transactions.ts';
import { findCancellable } from '#payments/orders/payment-order.repository.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { isContradicted } from './contradiction.repository.ts';
import type { resolveTransaction } from './exceptions.routes.ts';
import { isMissingAtBank } from './not-at-bank.repository.ts';
import { isShownBack } from './shown-back.repository.ts';

type Resolution = z.output<(typeof resolveTransaction)['body']>;

/** A resolution that waits, as its change request keeps it. */
export interface ProposedResolution extends Omit<Resolution, 'reason'> {
  /** The version of the payment that its proposer has read. */
  readonly version: number;
}

/**
 * Proposes what has become of a payment that is in doubt.
 * @throws DomainError `not-found`, `precondition-failed`, `payment-not-in-doubt`, `change-pending`
 */
export async function proposeResolution(
  tx: TenantTx,
  id: string,
  { outcome, code, reason }: Resolution,
  expectedVersion: number,
  proposer: Proposer,
): Promise<z.infer<typeof ChangeRequest>> {
  const transaction = asRead(await lockTransaction(tx, id), expectedVersion);
  await requireDoubt(tx, transaction);
  const { version, status, amount, currency, return_code } = transaction;
  return requestChange(
    tx,
    {
      kind: 'payment-resolution',
      subject: { type: 'transactions', id },
      before: { status, return_code },
      after: { outcome, code: code ?? null, evidence: reason, amount: fromMinor(amount, currency), currency },
      proposal: {
        ...{ outcome, version },
        ...(code === undefined ? {} : { code }),
      } satisfies ProposedResolution,
    },
    proposer,
  );
}

/** @throws DomainError `payment-not-in-doubt` */
async function requireDoubt(tx: TenantTx, { id, status, return_code }: TransactionRow): Promise<void> {
  if (await isContradicted(tx, id)) return;
  if (status === 'SETTLED' && return_code === null && (await isShownBack(tx, id))) return;
  if (isTerminal(status) && status !== 'CANCELLED' && (await isMissingAtBank(tx, id))) return;
  const refuse = (detail: string) => new DomainError('payment-not-in-doubt', detail);
  if (isTerminal(status)) throw refuse(`The payment is ${status}, and the bank has not said otherwise.`);
  if ((await findCancellable(tx, id))?.is_at_bank !== true)
    throw refuse('The bank does not have the payment. Cancel it, see /transactions/{id}/cancel.');
}
