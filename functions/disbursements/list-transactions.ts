import { listTransactions } from '#disbursements/disbursements.routes.ts';
import { listTransactions as list, toTransaction } from '#disbursements/transaction.repository.ts';
import { toPage } from '#platform/http/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(listTransactions, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  return toPage(rows, query.limit, toTransaction, (row) => [row.id]);
});
