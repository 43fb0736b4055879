import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Permit, type Proposer, proposeChange, type Waiting } from '#approvals/propose-change.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { orderRun } from './declare-dividend.ts';
import { type DividendRow, lockDividend, setDividendState } from './dividend.repository.ts';
import { listAdjusted } from './dividend-adjustment.repository.ts';
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
 * Cancels a dividend of which no payment was sent: one that somebody has approved, once a second person approves that too. Until then it
 * goes on, and may be paid.
 * @throws DomainError `not-found`, `precondition-failed`, `dividend-not-cancellable`, `change-pending`
 */
export async function proposeCancellation(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
  tenantId: TenantId,
  proposer: Proposer,
): Promise<DividendRow | Waiting> {
  const dividend = cancellable(asRead(await lockDividend(tx, id), expectedVersion));
  if (dividend.corporate_action_id !== null)
    throw new DomainError(
      'dividend-not-cancellable',
      `It pays the fractions of the split ${dividend.corporate_action_id}. Reverse the split, which cancels it.`,
    );
  const { state, approval, security_class, currency, record_date, payable_date } = dividend;
  const before = { state, approval, security_class, currency, record_date, payable_date };
  return proposeChange(
    tx,
    {
      kind: 'dividend-cancelled',
      isControlled: approval === 'APPROVED',
      subject: { type: 'dividends', id },
      before,
      after: { ...before, state: 'CANCELLED' },
      proposal: { tenantId } satisfies Proposed,
    },
    proposer,
    (permit) => cancelDividend(tx, dividend, tenantId, permit),
  );
}

interface Proposed {
  readonly tenantId: TenantId;
}

export const cancellationEffects: ChangeEffects = {
  approved: async (tx, { subject_id, proposal }, permit) => {
    const dividend = cancellable(found(await lockDividend(tx, subject_id)));
    await cancelDividend(tx, dividend, (proposal as Proposed).tenantId, permit);
    return undefined;
  },
};

/** @throws DomainError `dividend-not-cancellable` */
export function cancellable(dividend: DividendRow): DividendRow {
  if (isCancellable(dividend.state)) return dividend;
  throw new DomainError('dividend-not-cancellable', `The dividend is ${dividend.state}.`);
}

/** None of its payments can be sent after the commit; those of a large dividend are voided in the background, chunk by chunk. */
export async function cancelDividend(
  tx: TenantTx,
  dividend: DividendRow,
  tenantId: TenantId,
  _permit: Permit,
): Promise<DividendRow> {
  const { id } = dividend;
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
  // Chunks hold the holders of the snapshot; others have adjustments alone.
  for (const holder of await listAdjusted(tx, id)) {
    const voided = await voidPayments(tx, { dividendId: id, first: holder, last: holder });
    emitVoided(tx, voided, { dividendId: id, currency: dividend.currency });
  }
  await setAllChunks(tx, id, 'VOIDING');
  orderRun(tx, { tenant_id: tenantId, dividend_id: id, closed_on: dividend.record_date });
  return cancelled;
}
