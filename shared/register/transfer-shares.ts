import type { z } from 'zod';
import type { Permit } from '#approvals/permit.ts';
import { DomainError, notFound } from '#kernel/domain-error.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import { found } from '#platform/db/found.ts';
import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { isHeldSince, setTransferred } from './position.repository.ts';
import { recordPositionChange } from './position-change.ts';
import type * as routes from './positions.routes.ts';
import { lockShareholders } from './shareholder.repository.ts';
import { refuseClosed } from './standing.ts';
import { listTooLate } from './too-late.ts';
import { findTransfer, insertTransfer, toTransfer } from './transfer.repository.ts';

export type TransferOrder = z.infer<(typeof routes.transferShares)['body']>;
export type Transfer = z.infer<(typeof routes.transferShares)['response']>;

/** A transfer to enter; one that reverses another has its terms the other way. */
export interface NewTransfer {
  readonly id: string;
  readonly order: TransferOrder;
  readonly reverses?: string | undefined;
}

/**
 * Moves shares, with leave of the room of approvals: two entries of one date and one instant whose sum is zero, found in the ledger by `transfer:<id>`.
 * @throws DomainError `not-found`, `shareholder-closed`, `insufficient-position`, `validation-failed`, `transfer-reversed`
 */
export async function transferShares(
  tx: TenantTx,
  { id, order, reverses }: NewTransfer,
  permit: Permit,
): Promise<Transfer> {
  const { from_shareholder_id: from, to_shareholder_id: to, quantity } = order;
  const { security_class = DEFAULT_SECURITY_CLASS, effective_date, reason = null } = order;
  const holders = await lockShareholders(tx, [from, to]);
  if (holders.length < 2) throw notFound();
  holders.forEach(refuseClosed);
  if (reverses !== undefined) await requireReversible(tx, reverses);
  const note = reverses === undefined ? 'transfer' : 'transfer reversed';
  const change = { security_class, effective_date, reason: note, source: `transfer:${id}` };
  const changeId = await recordPositionChange(tx, change, permit);
  await setTransferred(tx, { from, to, quantity, changeId });
  const moved = {
    ...{ from_shareholder_id: from, to_shareholder_id: to },
    ...{ quantity, security_class, effective_date },
  };
  const entered = await insertTransfer(tx, {
    ...{ id, ...moved },
    ...{ reverses: reverses ?? null, reason },
  });
  emit(tx, 'shares.transferred', {
    transfer_id: id,
    ...moved,
    ...(reverses === undefined ? {} : { reverses }),
  });
  return { ...toTransfer(entered), too_late_for: await listTooLate(tx, { security_class, effective_date }) };
}

/**
 * Returns the terms of the transfer that takes another back. The holders are locked, so that nobody else reverses it meanwhile.
 * @throws DomainError `not-found`, `transfer-reversed`, `insufficient-position`
 */
export async function requireReversible(tx: TenantTx, id: string): Promise<TransferOrder> {
  const original = found(await findTransfer(tx, id));
  if (original.reverses !== null)
    throw new DomainError('transfer-reversed', 'It is itself a reversal. Enter the transfer anew.');
  if (original.reversed_by !== null)
    throw new DomainError('transfer-reversed', `It was reversed already, by ${original.reversed_by}.`);
  const { security_class, effective_date, quantity } = original;
  const [from, to] = [original.to_shareholder_id, original.from_shareholder_id];
  if (
    !(await isHeldSince(tx, {
      ...{ holder: from, securityClass: security_class, shares: quantity },
      since: effective_date,
    }))
  )
    throw new DomainError(
      'insufficient-position',
      'The holder has not had all of these shares on every day since. Reverse the transfers by which they were passed on first, the latest first, or enter a transfer that is dated later.',
    );
  return {
    ...{ from_shareholder_id: from, to_shareholder_id: to },
    ...{ quantity, effective_date, security_class },
  };
}
