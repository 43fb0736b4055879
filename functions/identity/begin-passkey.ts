import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.beginPasskey, async ({ principal, tenantTx }) => {
  const { beginPasskey } = await import('#identity/second-factor/passkeys/add-passkey.ts');
  return tenantTx((tx) => beginPasskey(tx, principal), {
    resource: () => `users/${principal.actorId}`,
    payload: {},
  });
});
