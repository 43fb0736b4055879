import { addBankAccount } from '#payments/payees/add-bank-account.ts';
import { toBankAccount } from '#payments/payees/bank-account.repository.ts';
import * as routes from '#payments/payees/bank-accounts.routes.ts';
import { http } from '#platform/http/http.ts';
import { fieldSealer } from '#platform/sealing.ts';

export const handler = http(routes.createShareholderBankAccount, async ({ params, body, tenantTx }) => {
  const sealer = await fieldSealer();
  const payee = { shareholder_id: params.id };
  return tenantTx(async (tx) => toBankAccount(await addBankAccount(tx, payee, body, sealer)), {
    resource: ({ id }) => `bank-accounts/${id}`,
  });
});
