import type { z } from 'zod';
import type { Permit } from '#approvals/permit.ts';
import { notFound } from '#kernel/domain-error.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { setTransferred } from './position.repository.ts';
import { recordPositionChange } from './position-change.ts';
import type * as routes from './positions.routes.ts';
import { lockShareholders } from './shareholder.repository.ts';
import { refuseClosed } from './standing.ts';
import { listTooLate } from './too-late.ts';

export type TransferOrder = z.infer<(typeof routes.transferShares)['body']>;
export type Transfer = z.infer<typeof routes.Transfer>;

/**
 * Moves shares, with leave of the room of approvals: two entries of one date and one instant whose sum is zero, found in the ledger by `transfer:<id>`.
 * @throws DomainError `not-found`, `shareholder-closed`, `insufficient-position`, `validation-failed`
 */
export async function transferShares(
  tx: TenantTx,
  transferId: string,
  order: TransferOrder,
  permit: Permit,
): Promise<Transfer> {
  const { from_shareholder_id: from, to_shareholder_id: to, quantity } = order;
  const { security_class = DEFAULT_SECURITY_CLASS, effective_date } = order;
  const holders = await lockShareholders(tx, [from, to]);
  if (holders.length < 2) throw notFound();
  holders.forEach(refuseClosed);
  const source = `transfer:${transferId}`;
  const change = { security_class, effective_date, reason: 'transfer', source };
  const changeId = await recordPositionChange(tx, change, permit);
  await setTransferred(tx, { from, to, quantity, changeId });
  const transfer = {
    transfer_id: transferId,
    from_shareholder_id: from,
    to_shareholder_id: to,
    quantity,
    security_class,
    effective_date,
  };
  emit(tx, 'shares.transferred', transfer);
  return { ...transfer, too_late_for: await listTooLate(tx, { security_class, effective_date }) };
}
