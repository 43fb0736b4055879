import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';
import { presignGet } from '#platform/storage/presigned.ts';
import { findExport, hasFile, toReportExport } from '#reports/export.repository.ts';
import { getReportExport } from '#reports/exports.routes.ts';

export const handler = http(getReportExport, async ({ params, tenantRead }) => {
  const row = found(await tenantRead((read) => findExport(read, params.id)));
  const isThere = hasFile(row, new Date()) && row.object_key !== null;
  return toReportExport(row, isThere ? await presignGet(row.object_key ?? '') : null);
});
