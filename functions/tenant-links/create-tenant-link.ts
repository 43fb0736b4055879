import { http } from '#platform/http/http.ts';
import { grantLink } from '#tenant-links/grant-link.ts';
import { toTenantLink } from '#tenant-links/tenant-link.repository.ts';
import { createTenantLink } from '#tenant-links/tenant-links.routes.ts';

export const handler = http(createTenantLink, async ({ body, tenantTx }) =>
  tenantTx(async (tx) => toTenantLink(await grantLink(tx, body.sponsor))),
);
