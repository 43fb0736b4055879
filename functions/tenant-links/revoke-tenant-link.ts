import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';
import { setRevoked } from '#tenant-links/tenant-link.repository.ts';
import { revokeTenantLink } from '#tenant-links/tenant-links.routes.ts';

export const handler = http(revokeTenantLink, async ({ params, tenantTx }) => {
  await tenantTx(async (tx) => found(await setRevoked(tx, params.id)));
  return undefined;
});
