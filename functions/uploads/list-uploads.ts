import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';
import { toUploadSummary } from '#uploads/intake/upload-answer.ts';
import * as routes from '#uploads/intake/uploads.routes.ts';
import { listUploads } from '#uploads/upload.repository.ts';

export const handler = http(routes.listUploads, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listUploads(read, query, sorted(routes.UPLOAD_SORTS, query)));
  return toSortedPage(routes.UPLOAD_SORTS, query, rows, toUploadSummary);
});
