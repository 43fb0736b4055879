import {
  deleteIdentity,
  endSessionsOfIdentity,
  listIdentities,
} from '#identity/federation/federation.repository.ts';
import { findRecipient } from '#identity/notices/notice.repository.ts';
import { lockUser } from '#identity/users/user.repository.ts';
import { DomainError, notFound } from '#kernel/domain-error.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/** Nobody has as many identities. */
const MOST = 1_000;

/**
 * Takes an identity from its user, who has another way in. Sessions that began with it end, except the one of the request.
 * @throws DomainError `not-found`, `last-way-in`
 */
export async function unlinkIdentity(
  tx: TenantTx,
  id: string,
  { actorId, sessionId }: { readonly actorId: string; readonly sessionId: string },
): Promise<void> {
  // Locked: of two requests that take one each, the second sees that it would take the last.
  await lockUser(tx, actorId);
  const identities = await listIdentities(tx, actorId, { limit: MOST, cursor: undefined });
  const identity = identities.find((own) => own.id === id);
  if (identity === undefined) throw notFound();
  const user = await findRecipient(tx, { id: actorId });
  if (identities.length === 1 && user?.uses_password !== true)
    throw new DomainError('last-way-in', 'Have a password that lets you in, or link another identity first.');
  await deleteIdentity(tx, id);
  await endSessionsOfIdentity(tx, { userId: actorId, issuer: identity.issuer, exceptSessionId: sessionId });
}
