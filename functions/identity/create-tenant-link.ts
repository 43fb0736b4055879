import { grantLink } from '#identity/tenant-links/grant-link.ts';
import { toTenantLink } from '#identity/tenant-links/tenant-link.repository.ts';
import * as routes from '#identity/tenant-links/tenant-links.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.createTenantLink, async ({ body, tenantTx }) =>
  tenantTx(async (tx) => toTenantLink(await grantLink(tx, body.sponsor))),
);
