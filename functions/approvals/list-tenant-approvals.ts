import * as routes from '#approvals/approvals.routes.ts';
import { listChangeRequests } from '#approvals/change-request.repository.ts';
import { seenBy } from '#approvals/who-decides.ts';
import { findTenant } from '#identity/tenants/tenant.repository.ts';
import type { TenantId } from '#kernel/ids.ts';
import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import * as database from '#platform/db/tenant-tx.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listTenantApprovals, async ({ params, principal, query, tenantRead }) => {
  const tenant = found(await tenantRead((read) => findTenant(read, params.id)));
  return database.tenantRead(tenant.id as TenantId, async (read) => {
    const rows = await listChangeRequests(read, query);
    const seen = await seenBy(read, rows, { ...principal, fromOutside: true });
    return toPage(
      rows,
      query.limit,
      ({ id }) => found(seen.get(id)),
      ({ id }) => [id],
    );
  });
});
