import { DomainError } from '#kernel/domain-error.ts';
import { asRead } from '#platform/db/found.ts';
import { type NoEffect, noEffect } from '#platform/db/no-effect.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { lockShareholder, type ShareholderRow, setShareholder } from './shareholder.repository.ts';

/**
 * Reopens a closed holder. To reopen one that is open has no effect.
 * @throws DomainError `not-found`, `precondition-failed`, `conflict` where its personal data was erased
 */
export async function reopenShareholder(
  tx: TenantTx,
  id: string,
  expectedVersion: number,
): Promise<NoEffect<ShareholderRow> | ShareholderRow> {
  const shareholder = asRead(await lockShareholder(tx, id), expectedVersion);
  if (shareholder.status === 'ACTIVE') return noEffect(shareholder);
  if (shareholder.purged_at !== null)
    throw new DomainError(
      'conflict',
      'The personal data of this holder was erased after its retention period. Enter a new holder, with a reference of its own.',
    );
  return setShareholder(tx, id, { status: 'ACTIVE' });
}
