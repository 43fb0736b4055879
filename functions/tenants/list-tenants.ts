import { toPage } from '#platform/http/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listTenants as list, toTenant } from '#tenants/tenant.repository.ts';
import { listTenants } from '#tenants/tenants.routes.ts';

export const handler = http(listTenants, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  return toPage(rows, query.limit, toTenant, (row) => [row.id]);
});
