import { findTenantLink, toTenantLink } from '#identity/tenant-links/tenant-link.repository.ts';
import * as routes from '#identity/tenant-links/tenant-links.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getTenantLink, async ({ params, tenantRead }) =>
  toTenantLink(found(await tenantRead((read) => findTenantLink(read, params.id)))),
);
