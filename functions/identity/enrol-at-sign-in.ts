import { existsFactor } from '#identity/second-factor/exists-factor.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.enrolAtSignIn, async ({ body, requestId, claim, tenantTx }) => {
  const { challengeOf } = await import('#identity/second-factor/challenge.http.ts');
  const { beginFactor, prepareFactor } = await import('#identity/second-factor/enrol-factor.ts');
  const { hasFactor } = await import('#identity/second-factor/second-factor.repository.ts');
  const { tenant, user, challenge } = await challengeOf(body.mfa_token, claim);
  const { factor, shown } = await prepareFactor({ tenant: tenant.name, email: user.email });
  const { challengeOfEnrolment, creationOptions } = await import(
    '#identity/second-factor/passkeys/passkey-options.ts'
  );
  const named = { id: user.id, email: user.email, tenant: tenant.name };
  const passkey_options = creationOptions(challengeOfEnrolment(body.mfa_token), named, []);
  return tenantTx(
    async (tx) => {
      if (await hasFactor(tx, user.id)) throw existsFactor();
      await beginFactor(tx, challenge.user_id, factor);
      return { ...shown, passkey_options };
    },
    { actor: anonymousActor(tenant.id, requestId), resource: () => `users/${user.id}`, payload: {} },
  );
});
