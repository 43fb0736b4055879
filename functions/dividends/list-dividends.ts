import { listDividends, toDividend } from '#dividends/dividend.repository.ts';
import * as routes from '#dividends/dividends.routes.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listDividends, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listDividends(read, query, sorted(routes.DIVIDEND_SORTS, query)));
  return toSortedPage(routes.DIVIDEND_SORTS, query, rows, toDividend);
});
