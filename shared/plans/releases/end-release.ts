import { DomainError } from '#kernel/domain-error.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findRelease, type ReleaseRow, setEnded } from './release.repository.ts';

/** @throws DomainError `release-ended` */
export function refuseEnded({ state }: Pick<ReleaseRow, 'state'>): void {
  if (state !== 'OFFERED') throw new DomainError('release-ended', `It is ${state}.`);
}

/**
 * Ends a run that is offered: its issuer declines it, or its sponsor cancels it.
 * @throws DomainError `not-found`, `precondition-failed`, `release-ended`
 */
export async function endRun(
  tx: TenantTx,
  { id, expectedVersion }: { readonly id: string; readonly expectedVersion: number },
  { side, reason }: { readonly side: 'ISSUER' | 'SPONSOR'; readonly reason: string | undefined },
): Promise<ReleaseRow> {
  refuseEnded(asRead(await findRelease(tx, id), expectedVersion));
  if (!(await setEnded(tx, id, side === 'ISSUER' ? 'DECLINED' : 'CANCELLED', { reason: reason ?? null })))
    throw new DomainError('release-ended', 'It has ended meanwhile.');
  return found(await findRelease(tx, id));
}
