import { listRemittances, toTaxRemittance } from '#dividends/tax-remittance.repository.ts';
import * as routes from '#dividends/tax-remittances.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listTaxRemittances, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listRemittances(read, query));
  return toPage(rows, query.limit, toTaxRemittance, (row) => [row.id]);
});
