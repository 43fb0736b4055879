import * as routes from '#audit/audit.routes.ts';
import { searchEntries, toAuditEntry } from '#audit/trail/audit-entry.repository.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listAudit, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => searchEntries(read, query, sorted(routes.AUDIT_SORTS, query)));
  return toSortedPage(routes.AUDIT_SORTS, query, rows, toAuditEntry);
});
