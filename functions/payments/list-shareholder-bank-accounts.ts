import { listBankAccounts, toBankAccount } from '#payments/payees/bank-account.repository.ts';
import * as routes from '#payments/payees/bank-accounts.routes.ts';
import { findPayee } from '#payments/payees/payee.ts';
import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listShareholderBankAccounts, async ({ params, query, tenantRead }) => {
  const payee = { shareholder_id: params.id };
  const rows = await tenantRead(async (read) => {
    found(await findPayee(read, payee));
    return listBankAccounts(read, payee, query);
  });
  return toPage(rows, query.limit, toBankAccount, (row) => [row.id]);
});
