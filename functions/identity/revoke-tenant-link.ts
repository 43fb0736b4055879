import { lockTenantLink, setRevoked } from '#identity/tenant-links/tenant-link.repository.ts';
import * as routes from '#identity/tenant-links/tenant-links.routes.ts';
import { asRead } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.revokeTenantLink, async ({ params, expectedVersion, tenantTx }) => {
  await tenantTx(async (tx) => {
    asRead(await lockTenantLink(tx, params.id), expectedVersion);
    return setRevoked(tx, params.id);
  });
  return undefined;
});
