import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.beginStepUp, async ({ principal, tenantTx }) => {
  const { beginStepUp } = await import('#identity/second-factor/passkeys/step-up.ts');
  return tenantTx((tx) => beginStepUp(tx, principal), {
    resource: () => `sessions/${principal.sessionId}`,
    payload: {},
  });
});
