import { toPage } from '#platform/http/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listUploads as list } from '#uploads/upload.repository.ts';
import { toUploadSummary } from '#uploads/upload-answer.ts';
import { listUploads } from '#uploads/uploads.routes.ts';

export const handler = http(listUploads, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  return toPage(rows, query.limit, toUploadSummary, (row) => [row.id]);
});
