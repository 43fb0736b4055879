import {
  holderExists,
  listLinesOfHolder,
  toShareholderDividend,
} from '#dividends/dividend-line.repository.ts';
import { listShareholderDividends } from '#dividends/dividends.routes.ts';
import { notFound } from '#kernel/domain-error.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(listShareholderDividends, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    if (!(await holderExists(read, params.id))) throw notFound();
    return listLinesOfHolder(read, params.id, query);
  });
  return toPage(rows, query.limit, toShareholderDividend, (row) => [row.dividend_id]);
});
