import { hashOfLink } from '#identity/links/link-token.ts';
import { findTenantStanding, type TenantStanding } from '#identity/sign-in/session.repository.ts';
import { getNames } from '#identity/tenants/tenant.repository.ts';
import { findSignInUser, type SignInUser } from '#identity/users/user.repository.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { isUuid, type TenantId } from '#kernel/ids.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import type { Claim } from '#platform/http/refusal.ts';
import { type Challenge, findChallenge } from './second-factor.repository.ts';

/** A challenge that waits, with whose it is. */
interface Waiting {
  readonly challenge: Challenge;
  readonly user: SignInUser;
  readonly tenant: TenantStanding & { readonly name: string };
}

export function invalidChallenge(): DomainError {
  return new DomainError('sign-in-invalid', 'The sign-in has ended, or was completed. Sign in again.');
}

/**
 * Finds the sign-in that a token completes.
 * @throws DomainError `sign-in-invalid`
 */
export async function challengeOf(
  token: string,
  claim: (of: () => Promise<Claim>) => void,
): Promise<Waiting> {
  const tenantId = token.split('.', 1)[0] ?? '';
  if (!isUuid(tenantId)) throw invalidChallenge();
  const id = tenantId as TenantId;
  return tenantRead(id, async (read) => {
    const challenge = await findChallenge(read, hashOfLink(token));
    if (challenge === undefined) throw invalidChallenge();
    claim(async () => ({ tenantId: id, payload: { user: challenge.user_id } }));
    const user = await findSignInUser(read, challenge.user_id);
    const tenant = await findTenantStanding(read, id);
    if (user?.status !== 'ACTIVE' || tenant === undefined) throw invalidChallenge();
    return { challenge, user, tenant: { ...tenant, name: (await getNames(read, id))[1] } };
  });
}
