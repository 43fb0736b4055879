import * as routes from '#approvals/approvals.routes.ts';
import { listChangeRequests, toChangeRequest } from '#approvals/change-request.repository.ts';
import { findTenant } from '#identity/tenants/tenant.repository.ts';
import type { TenantId } from '#kernel/ids.ts';
import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import * as database from '#platform/db/tenant-tx.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listTenantApprovals, async ({ params, query, tenantRead }) => {
  const tenant = found(await tenantRead((read) => findTenant(read, params.id)));
  const rows = await database.tenantRead(tenant.id as TenantId, (read) => listChangeRequests(read, query));
  return toPage(rows, query.limit, toChangeRequest, (row) => [row.id]);
});
