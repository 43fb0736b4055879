import { DomainError } from '#kernel/domain-error.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { presignGet } from '#platform/storage/presigned.ts';
import { type BankFileRow, findFile } from './bank-file.repository.ts';
import { findEtag } from './file-store.ts';
import { setFetched } from './outbound-file.repository.ts';

/**
 * Notes that somebody fetches a file.
 * @throws DomainError `not-found`, `precondition-failed`, `bank-file-not-open`
 */
export async function fetchFile(
  tx: TenantTx,
  id: string,
  expectedVersion: number,
  actorId: string,
): Promise<BankFileRow> {
  const file = asRead(await findFile(tx, id), expectedVersion);
  if (!file.is_written)
    throw new DomainError('bank-file-not-open', 'It is not written yet. Try again in a minute.');
  if (file.direction === 'outbound') await setFetched(tx, id, actorId);
  return found(await findFile(tx, id));
}

/** Returns where a file can be fetched now; null where another one lies in the place of an inbound file. */
export async function urlOf({ object_key, etag }: BankFileRow): Promise<string | null> {
  if (etag !== null && (await findEtag(object_key)) !== etag) return null;
  return presignGet(object_key);
}
