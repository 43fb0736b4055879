import * as routes from '#identity/federation/federation.routes.ts';
import { linkIdentity } from '#identity/federation/link-identity.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.linkIdentity, async ({ body, principal, tenantTx }) =>
  tenantTx((tx) => linkIdentity(tx, principal.actorId, body), {
    resource: ({ user_id }) => `users/${user_id}`,
    payload: {},
  }),
);
