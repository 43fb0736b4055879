import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listExports, toReportExport } from '#reporting/exports/export.repository.ts';
import * as routes from '#reporting/exports/export-list.routes.ts';

export const handler = http(routes.listReportExports, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listExports(read, query));
  return toPage(
    rows,
    query.limit,
    (row) => toReportExport(row, null),
    (row) => [row.id],
  );
});
