import { listOrderedTransactions } from '#payments/orders/ordered-transaction.ts';
import * as routes from '#payments/orders/orders.routes.ts';
import { toShownTransaction } from '#payments/orders/shown-transaction.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listTransactions, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) =>
    listOrderedTransactions(disclosing(read), query, sorted(routes.TRANSACTION_SORTS, query, { of: 't' })),
  );
  return toSortedPage(routes.TRANSACTION_SORTS, query, rows, toShownTransaction);
});
