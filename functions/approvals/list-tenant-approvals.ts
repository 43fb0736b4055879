import * as routes from '#approvals/approvals.routes.ts';
import { listChangeRequests } from '#approvals/change-request.repository.ts';
import { seenBy } from '#approvals/who-decides.ts';
import { findTenant } from '#identity/tenants/tenant.repository.ts';
import type { TenantId } from '#kernel/ids.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { found } from '#platform/db/found.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { actingOn, http } from '#platform/http/http.ts';

export const handler = http(
  routes.listTenantApprovals,
  async ({ actor, params, principal, query, tenantRead }) => {
    const tenant = found(await tenantRead((read) => findTenant(read, params.id)));
    const onTenant = actingOn(actor, tenant.id as TenantId);
    return tenantRead(async (read) => {
      const rows = await listChangeRequests(disclosing(read), query, sorted(routes.APPROVAL_SORTS, query));
      const seen = await seenBy(read, rows, { ...principal, fromOutside: true });
      return toSortedPage(routes.APPROVAL_SORTS, query, rows, ({ id }) => found(seen.get(id)));
    }, onTenant);
  },
);
