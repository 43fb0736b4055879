import { setRevoked } from '#identity/tenant-links/tenant-link.repository.ts';
import * as routes from '#identity/tenant-links/tenant-links.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.revokeTenantLink, async ({ params, tenantTx }) => {
  await tenantTx(async (tx) => found(await setRevoked(tx, params.id)));
  return undefined;
});
