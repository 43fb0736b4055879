import { addBankAccount } from '#payments/payees/add-bank-account.ts';
import * as routes from '#payments/payees/bank-accounts.routes.ts';
import { http } from '#platform/http/http.ts';
import { fieldSealer, secretFingerprint } from '#platform/sealing.ts';

const route = routes.createShareholderBankAccount;

export const handler = http(
  route,
  async ({ params, body, principal, requestId, tenantTx }) => {
    const sealer = await fieldSealer();
    const payee = { shareholder_id: params.id };
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx((tx) => addBankAccount(tx, payee, body, sealer, proposer), {
      resource: ({ subject }) => `bank-accounts/${subject.id}`,
    });
  },
  undefined,
  secretFingerprint,
);
