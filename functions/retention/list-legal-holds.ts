import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listLegalHolds as list, toLegalHold } from '#retention/legal-hold.repository.ts';
import { listLegalHolds } from '#retention/retention.routes.ts';

export const handler = http(listLegalHolds, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  return toPage(rows, query.limit, toLegalHold, (row) => [row.id]);
});
