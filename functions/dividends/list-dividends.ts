import { listDividends, toDividend } from '#dividends/dividend.repository.ts';
import * as routes from '#dividends/dividends.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listDividends, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listDividends(read, query));
  return toPage(rows, query.limit, toDividend, (row) => [row.id]);
});
