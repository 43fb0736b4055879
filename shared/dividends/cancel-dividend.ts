import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { orderRun } from './declare-dividend.ts';
import { type DividendRow, lockDividend, setDividendState } from './dividend.repository.ts';
import { setAllChunks } from './dividend-chunk.repository.ts';
import { isCancellable } from './dividend-state.ts';
import { emitVoided, voidPayments } from './payment.repository.ts';

/** Up to this number, payments are voided before the answer: a second of work. */
const MOST_VOIDED_AT_ONCE = 5_000;
const EVERYONE = {
  first: '00000000-0000-0000-0000-000000000000',
  last: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

/**
 * Cancels a dividend of which no payment was sent. None can be sent after the commit; payments of a large dividend
 * are voided in the background, chunk by chunk.
 * @throws DomainError `not-found`, `precondition-failed`, `dividend-not-cancellable`
 */
export async function cancelDividend(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
  tenantId: TenantId,
): Promise<DividendRow> {
  const dividend = asRead(await lockDividend(tx, id), expectedVersion);
  if (!isCancellable(dividend.state)) {
    throw new DomainError('dividend-not-cancellable', `The dividend is ${dividend.state}.`);
  }
  const cancelled = found(
    await setDividendState(tx, dividend, { state: 'CANCELLED', cancel_reason: 'REQUESTED' }),
  );
  if (dividend.holders === null) return cancelled;
  if (dividend.holders <= MOST_VOIDED_AT_ONCE) {
    const voided = await voidPayments(tx, { dividendId: id, ...EVERYONE });
    emitVoided(tx, voided, { dividendId: id, currency: dividend.currency });
    await setAllChunks(tx, id, 'VOID');
    return cancelled;
  }
  await setAllChunks(tx, id, 'VOIDING');
  orderRun(tx, { tenant_id: tenantId, dividend_id: id, closed_on: dividend.record_date });
  return cancelled;
}
