import * as routes from '#payments/files/bank-files.routes.ts';
import { proposeMatch } from '#payments/files/propose-match.ts';
import { http } from '#platform/http/http.ts';
import { fieldSealer } from '#platform/sealing.ts';

const route = routes.matchBankItem;

export const handler = http(route, async ({ params, body, principal, requestId, tenantTx }) => {
  const sealer = await fieldSealer();
  const matched = { file_id: params.id, transaction_id: body.transaction_id };
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx((tx) => proposeMatch(tx, matched, params.item_id, sealer, proposer), {
    resource: () => `bank-items/${params.item_id}`,
  });
});
