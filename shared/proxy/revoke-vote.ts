import { DomainError } from '#kernel/domain-error.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findVote, setVoteRevoked, versionOf } from './vote.repository.ts';

/**
 * Revokes an effective ballot of an open meeting.
 * @throws DomainError `not-found`, `precondition-failed`, `ballot-revoked`, `meeting-not-open`, `meeting-closed`
 */
export async function revokeVote(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
): Promise<void> {
  // A ballot that is revoked stays so: what is read here holds, or the update finds nothing.
  if (expectedVersion !== undefined) {
    const ballot = found(await findVote(tx, id));
    asRead({ version: versionOf(ballot) }, expectedVersion);
  }
  if (await setVoteRevoked(tx, id)) return;
  found(await findVote(tx, id));
  throw new DomainError('ballot-revoked', 'The ballot was already revoked.');
}
