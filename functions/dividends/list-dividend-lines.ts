import { findDividend } from '#dividends/dividend.repository.ts';
import * as routes from '#dividends/dividends.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listDividendLines, async ({ params, query, tenantRead }) => {
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { listLines, positionOf, toLine } = await import('#dividends/dividend-line.repository.ts');
  const rows = await tenantRead(async (read) => {
    found(await findDividend(read, params.id));
    return listLines(disclosing(read), params.id, query);
  });
  return toPage(rows, query.limit, toLine, positionOf);
});
