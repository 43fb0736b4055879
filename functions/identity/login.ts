import { currentSigningKey } from '#identity/keys/signing-keys.ts';
import { claimOf } from '#identity/sign-in/claim.ts';
import { verifyPassword } from '#identity/sign-in/password.ts';
import { findCredentials, findTenantBySlug } from '#identity/sign-in/session.repository.ts';
import { keptInstead } from '#identity/sign-in/session-cookie.http.ts';
import * as routes from '#identity/sign-in/sign-in.routes.ts';
import { ssoRequired } from '#identity/sign-in/sso-required.ts';
import { attemptOf, clearAttempts, countFailure, takeAttempt } from '#identity/sign-in/throttle.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { PLATFORM_TENANT_ID, PLATFORM_TENANT_SLUG } from '#platform/db/roles.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.login,
  async ({ body, headers, clientAddress, requestId, claim, tenantTx }) => {
    const slug = body.tenant ?? PLATFORM_TENANT_SLUG;
    claim(() => claimOf(slug, body.email));
    const attempt = attemptOf(slug, body.email, clientAddress);
    await takeAttempt(attempt);
    const tenant = await findTenantBySlug(slug);
    // The same two round trips for a tenant that doesn't exist: the platform's own context holds none of its users.
    const tenantId = tenant?.id ?? PLATFORM_TENANT_ID;
    const user = await findCredentials(tenantId, tenant === undefined ? '' : body.email);
    const matches = await verifyPassword(body.password, user?.password_hash);
    if (tenant === undefined || user === undefined || !matches || user.status !== 'ACTIVE') {
      await countFailure(attempt);
      throw new DomainError('invalid-credentials', 'The tenant, email or password is wrong.');
    }
    // Only somebody who knows the password learns of it: others could tell users from strangers.
    if (user.sso_required) throw ssoRequired();
    const { beginSession } = await import('#identity/second-factor/begin-session.ts');
    const key = await currentSigningKey();
    await clearAttempts(attempt);
    const actor = { tenantId: tenant.id, actorId: user.id, actorRole: user.role, requestId };
    const proved = { method: 'PASSWORD', amr: ['pwd'], secondFactor: undefined } as const;
    const begun = await tenantTx((tx) => beginSession(tx, tenant, user, key, proved), {
      action: (answer) => ('mfa_required' in answer ? 'login.challenged' : 'login.succeeded'),
      actor,
      resource: () => `users/${user.id}`,
      payload: {},
    });
    return keptInstead({ body, headers, requestId }, begun);
  },
);
