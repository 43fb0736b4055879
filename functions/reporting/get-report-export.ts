import { found } from '#platform/db/found.ts';
import { handOut } from '#platform/http/hand-out.ts';
import { http } from '#platform/http/http.ts';
import { findExport, hasFile, toReportExport } from '#reporting/exports/export.repository.ts';
import * as routes from '#reporting/exports/exports.routes.ts';

export const handler = http(routes.getReportExport, async ({ actor, params, principal, tenantRead }) => {
  const row = found(await tenantRead((read) => findExport(read, params.id)));
  const { requireReaderOf } = await import('#reporting/exports/order-export.ts');
  await requireReaderOf(row, principal);
  const { id, report, format } = row;
  const { url } = await handOut(
    actor,
    { url: hasFile(row, new Date()) ? row.object_key : null },
    {
      resource: `report-exports/${id}`,
      payload: { report, format, rows: row.rows },
    },
  );
  return toReportExport(row, url);
});
