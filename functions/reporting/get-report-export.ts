import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { presignGet } from '#platform/storage/presigned.ts';
import { findExport, hasFile, toReportExport } from '#reporting/exports/export.repository.ts';
import * as routes from '#reporting/exports/exports.routes.ts';

export const handler = http(routes.getReportExport, async ({ params, principal, tenantRead }) => {
  const row = found(await tenantRead((read) => findExport(read, params.id)));
  const { requireReaderOf } = await import('#reporting/exports/order-export.ts');
  await requireReaderOf(row, principal);
  const isThere = hasFile(row, new Date()) && row.object_key !== null;
  return toReportExport(row, isThere ? await presignGet(row.object_key ?? '') : null);
});
