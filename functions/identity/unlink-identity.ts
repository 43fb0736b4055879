import * as routes from '#identity/account/account.routes.ts';
import { unlinkIdentity } from '#identity/account/unlink-identity.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.unlinkIdentity, async ({ params, principal, tenantTx }) => {
  await tenantTx((tx) => unlinkIdentity(tx, params.id, principal), {
    resource: () => `users/${principal.actorId}`,
  });
  return undefined;
});
