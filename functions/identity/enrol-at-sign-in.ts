import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.enrolAtSignIn, async ({ body, requestId, claim, tenantTx }) => {
  const { challengeOf } = await import('#identity/second-factor/challenge.http.ts');
  const { beginFactor, prepareFactor } = await import('#identity/second-factor/enrol-factor.ts');
  const { hasFactor } = await import('#identity/second-factor/second-factor.repository.ts');
  const { tenant, user, challenge } = await challengeOf(body.mfa_token, claim);
  const { factor, shown } = await prepareFactor({ tenant: tenant.name, email: user.email });
  return tenantTx(
    async (tx) => {
      // Whoever has the password alone must not replace the factor that stands against them.
      if (await hasFactor(tx, user.id))
        throw new DomainError('second-factor-exists', 'You have a second factor: POST /auth/mfa with it.');
      await beginFactor(tx, challenge.user_id, factor);
      return shown;
    },
    { actor: anonymousActor(tenant.id, requestId), resource: () => `users/${user.id}`, payload: {} },
  );
});
