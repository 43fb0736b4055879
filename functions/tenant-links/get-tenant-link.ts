import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';
import { findTenantLink, toTenantLink } from '#tenant-links/tenant-link.repository.ts';
import { getTenantLink } from '#tenant-links/tenant-links.routes.ts';

export const handler = http(getTenantLink, async ({ params, tenantRead }) =>
  toTenantLink(found(await tenantRead((read) => findTenantLink(read, params.id)))),
);
