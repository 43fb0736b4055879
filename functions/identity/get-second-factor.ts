import { isDemanded } from '#identity/second-factor/demand.ts';
import { findFactorStanding } from '#identity/second-factor/second-factor.repository.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getSecondFactor, async ({ principal, tenantRead }) => {
  const standing = await tenantRead((read) => findFactorStanding(read, principal.actorId));
  return {
    demanded: isDemanded(principal.actorRole, standing.demanded),
    enrolled_at: standing.confirmed_at?.toISOString() ?? null,
    recovery_codes_left: standing.recovery_codes_left,
    passkeys: standing.passkeys,
  };
});
