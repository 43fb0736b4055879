import { listOrderedTransactions } from '#payments/orders/ordered-transaction.ts';
import * as routes from '#payments/orders/orders.routes.ts';
import { toShownTransaction } from '#payments/orders/shown-transaction.ts';
import { toPage } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listTransactions, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listOrderedTransactions(disclosing(read), query));
  return toPage(rows, query.limit, toShownTransaction, (row) => [row.id]);
});
