import { listTenants, toTenant } from '#identity/tenants/tenant.repository.ts';
import * as routes from '#identity/tenants/tenants.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listTenants, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listTenants(read, query));
  return toPage(rows, query.limit, toTenant, (row) => [row.id]);
});
