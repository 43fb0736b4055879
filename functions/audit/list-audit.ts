import * as routes from '#audit/audit.routes.ts';
import { searchEntries, toAuditEntry } from '#audit/trail/audit-entry.repository.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listAudit, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => searchEntries(read, query));
  return toPage(rows, query.limit, toAuditEntry, (row) => [row.id]);
});
