import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listCredentials, toDropCredential } from '#uploads/drop/drop-credential.repository.ts';
import * as routes from '#uploads/drop/drop-credentials.routes.ts';

export const handler = http(routes.listDropCredentials, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listCredentials(read, query));
  return toPage(rows, query.limit, toDropCredential, (row) => [row.id]);
});
