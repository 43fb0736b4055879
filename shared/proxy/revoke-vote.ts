import { DomainError } from '#kernel/domain-error.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findVote, setVoteRevoked } from './vote.repository.ts';

/**
 * Revokes an effective ballot of an open meeting.
 * @throws DomainError `not-found`, `ballot-revoked`, `meeting-not-open`, `meeting-closed`
 */
export async function revokeVote(tx: TenantTx, id: string): Promise<void> {
  if (await setVoteRevoked(tx, id)) return;
  found(await findVote(tx, id));
  throw new DomainError('ballot-revoked', 'The ballot was already revoked.');
}
