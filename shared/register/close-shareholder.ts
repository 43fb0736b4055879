import { DomainError } from '#kernel/domain-error.ts';
import { asRead, found } from '#platform/db/found.ts';
import { type NoEffect, noEffect } from '#platform/db/no-effect.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { lockShareholder, setShareholder } from './shareholder.repository.ts';

/**
 * Closes a holder without shares. To close one that is closed has no effect, whichever version was read.
 * @throws DomainError `not-found`, `precondition-failed`, `shareholder-holds-shares`
 */
export async function closeShareholder(
  tx: TenantTx,
  id: string,
  expectedVersion: number,
): Promise<NoEffect<undefined> | undefined> {
  const shareholder = found(await lockShareholder(tx, id));
  if (shareholder.status === 'CLOSED') return noEffect();
  if (Number(asRead(shareholder, expectedVersion).holdings) !== 0)
    throw new DomainError('shareholder-holds-shares', 'Transfer the shares to another holder first.');
  await setShareholder(tx, id, { status: 'CLOSED' });
  return undefined;
}
