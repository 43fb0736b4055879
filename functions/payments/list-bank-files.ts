import { listFiles, toBankFile } from '#payments/files/bank-file.repository.ts';
import * as routes from '#payments/files/bank-files.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listBankFiles, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listFiles(read, query));
  return toPage(rows, query.limit, toBankFile, (row) => [row.id]);
});
