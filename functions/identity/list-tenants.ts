import { listTenants as list, toTenant } from '#identity/tenants/tenant.repository.ts';
import { listTenants } from '#identity/tenants/tenants.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(listTenants, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  return toPage(rows, query.limit, toTenant, (row) => [row.id]);
});
