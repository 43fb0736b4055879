import * as routes from '#identity/connections/connections.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.deleteConnection, async ({ params, expectedVersion, tenantTx }) => {
  const { removeConnection } = await import('#identity/connections/propose-connection.ts');
  await tenantTx((tx) => removeConnection(tx, params.id, expectedVersion));
  return undefined;
});
