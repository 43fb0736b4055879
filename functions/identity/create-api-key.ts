import * as routes from '#identity/api-keys/api-keys.routes.ts';
import { proposeKey } from '#identity/api-keys/propose-key.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.createApiKey, ({ body, principal, requestId, tenantTx }) => {
  const { actorId, tenantType } = principal;
  return tenantTx((tx) => proposeKey(tx, body, { actorId, tenantType, requestId }), {
    resource: ({ id }) => `approvals/${id}`,
  });
});
