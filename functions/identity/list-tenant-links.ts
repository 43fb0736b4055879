import { listTenantLinks, toTenantLink } from '#identity/tenant-links/tenant-link.repository.ts';
import * as routes from '#identity/tenant-links/tenant-links.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listTenantLinks, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listTenantLinks(read, query));
  return toPage(rows, query.limit, toTenantLink, (row) => [row.id]);
});
