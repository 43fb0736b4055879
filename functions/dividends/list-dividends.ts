import { listDividends as list, toDividend } from '#dividends/dividend.repository.ts';
import { listDividends } from '#dividends/dividends.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(listDividends, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  return toPage(rows, query.limit, toDividend, (row) => [row.id]);
});
