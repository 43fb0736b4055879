import { toPage } from '#platform/http/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listTenantLinks as list, toTenantLink } from '#tenant-links/tenant-link.repository.ts';
import { listTenantLinks } from '#tenant-links/tenant-links.routes.ts';

export const handler = http(listTenantLinks, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  return toPage(rows, query.limit, toTenantLink, (row) => [row.id]);
});
