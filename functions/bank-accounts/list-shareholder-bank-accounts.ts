import { listBankAccounts, toBankAccount } from '#bank-accounts/bank-account.repository.ts';
import { listShareholderBankAccounts } from '#bank-accounts/bank-accounts.routes.ts';
import { findPayee } from '#bank-accounts/payee.repository.ts';
import { toPage } from '#platform/http/cursor.ts';
import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(listShareholderBankAccounts, async ({ params, query, tenantRead }) => {
  const payee = { shareholder_id: params.id };
  const rows = await tenantRead(async (read) => {
    found(await findPayee(read, payee));
    return listBankAccounts(read, payee, query);
  });
  return toPage(rows, query.limit, toBankAccount, (row) => [row.id]);
});
