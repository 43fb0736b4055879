import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { findPendingOf, lockChangeRequest, setDecided } from './change-request.repository.ts';
import type { ChangeKind } from './controlled-changes.ts';
import { eventOf } from './request-change.ts';

/**
 * Ends a change that waits because its subject has gone: nobody may decide on it any more. It is withdrawn where its proposer does that, and
 * denied by anybody else. The caller carries out what follows.
 */
export async function endWaitingChange(
  tx: TenantTx,
  kind: ChangeKind,
  subject: { readonly type: string; readonly id: string },
  { actorId, reason }: { readonly actorId: string; readonly reason: string },
): Promise<void> {
  const pending = await findPendingOf(tx, kind, subject.type, subject.id);
  const request = pending && (await lockChangeRequest(tx, pending.id));
  if (request?.stateNow !== 'PENDING') return;
  const decided = await setDecided(tx, request.id, {
    state: request.requested_by === actorId ? 'WITHDRAWN' : 'DENIED',
    decided_by: actorId,
    decided_by_operator: false,
    reason,
  });
  emit(tx, 'change.decided', eventOf(decided));
}
