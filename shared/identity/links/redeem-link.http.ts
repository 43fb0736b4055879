import { postNotice } from '#identity/notices/post-notice.ts';
import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { hashPassword } from '#identity/sign-in/password.ts';
import { refuseGuessable } from '#identity/sign-in/refuse-guessable.ts';
import { getNames } from '#identity/tenants/tenant.repository.ts';
import { setPassword, setSessionsRevoked } from '#identity/users/user.repository.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import type { HttpRequest } from '#platform/http/http.ts';
import type { RouteSpec } from '#platform/http/route.ts';
import { findOwner, findUserOfLink, type LinkPurpose, setLinksRevoked, setUsed } from './link.repository.ts';
import { hashOfLink, refusedLink, tenantOfLink } from './link-token.ts';

/**
 * Sets the password of whoever was sent a link, and uses it up; all their other links and sessions end. A link that doesn't work is
 * refused alike, whatever the reason.
 * @throws DomainError `invalid-link`, `validation-failed`
 */
export async function redeemLink(
  { claim, requestId, tenantTx }: Pick<HttpRequest<RouteSpec>, 'claim' | 'requestId' | 'tenantTx'>,
  purpose: LinkPurpose,
  { token, password }: { readonly token: string; readonly password: string },
): Promise<void> {
  const actor = anonymousActor(tenantOfLink(token), requestId);
  const sha256 = hashOfLink(token);
  // One that was ever sent names its user; one that is made up may name a tenant that doesn't exist, and names nobody.
  claim(async () => {
    const user = await tenantRead(actor, (read) => findUserOfLink(read, sha256));
    return user === undefined ? { payload: {} } : { tenantId: actor.tenantId, payload: { user } };
  });
  const { owner, tenant } = await tenantRead(actor, async (read) => {
    const found = await findOwner(read, sha256, purpose);
    if (found === undefined) throw refusedLink();
    return { owner: found, tenant: await getNames(read, actor.tenantId) };
  });
  await refuseGuessable(password, { email: owner.email, tenant });
  const password_hash = await hashPassword(password);
  await tenantTx(
    async (tx) => {
      const userId = await setUsed(tx, sha256, purpose);
      const wanted = purpose === 'INVITATION' ? 'INVITED' : 'ACTIVE';
      if (userId === undefined || !(await setPassword(tx, userId, { password_hash, wanted })))
        throw refusedLink();
      await setLinksRevoked(tx, userId);
      await setSessionsRevoked(tx, userId);
      if (purpose === 'RESET') postNotice(tx, actor.tenantId, userId, 'password-changed');
      return userId;
    },
    { actor, resource: () => `users/${owner.id}`, payload: {} },
  );
}
