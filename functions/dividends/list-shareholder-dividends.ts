import {
  listLinesOfHolder,
  positionOfHolders,
  toShareholderDividend,
} from '#dividends/dividend-line.repository.ts';
import * as routes from '#dividends/dividends.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findHolderStanding } from '#register/holder-standing.ts';

export const handler = http(routes.listShareholderDividends, async ({ params, query, tenantRead }) => {
  const rows = await tenantRead(async (read) => {
    found(await findHolderStanding(read, params.id));
    return listLinesOfHolder(read, params.id, query);
  });
  return toPage(rows, query.limit, toShareholderDividend, positionOfHolders);
});
