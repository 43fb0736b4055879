import type { z } from 'zod';
import { notFound } from '#kernel/domain-error.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { setTransferred } from './position.repository.ts';
import { recordPositionChange } from './position-change.ts';
import type * as routes from './positions.routes.ts';
import { lockShareholders } from './shareholder.repository.ts';
import { refuseClosed } from './standing.ts';

/**
 * Moves shares: two entries of one date and one instant whose sum is zero, found in the ledger by `transfer:<id>`.
 * @throws DomainError `not-found`, `shareholder-closed`, `insufficient-position`, `validation-failed`
 */
export async function transferShares(
  tx: TenantTx,
  transferId: string,
  order: z.infer<(typeof routes.transferShares)['body']>,
): Promise<z.infer<typeof routes.Transfer>> {
  const { from_shareholder_id: from, to_shareholder_id: to, quantity } = order;
  const { security_class = DEFAULT_SECURITY_CLASS, effective_date } = order;
  const holders = await lockShareholders(tx, [from, to]);
  if (holders.length < 2) throw notFound();
  holders.forEach(refuseClosed);
  const changeId = await recordPositionChange(tx, {
    security_class,
    effective_date,
    reason: 'transfer',
    source: `transfer:${transferId}`,
  });
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
  return transfer;
}
