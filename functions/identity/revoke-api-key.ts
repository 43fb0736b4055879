import * as routes from '#identity/api-keys/api-keys.routes.ts';
import { revokeKey } from '#identity/api-keys/manage-key.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.revokeApiKey, async ({ params, expectedVersion, tenantTx }) => {
  await tenantTx((tx) => revokeKey(tx, params.id, expectedVersion));
  return undefined;
});
