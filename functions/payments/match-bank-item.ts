import * as routes from '#payments/files/match-bank-item.routes.ts';
import { proposeItemMatch } from '#payments/files/propose-item-match.ts';
import { http } from '#platform/http/http.ts';
import { fieldSealer } from '#platform/sealing.ts';

const route = routes.matchBankItem;

export const handler = http(
  route,
  async ({ params, body, expectedVersion, principal, requestId, tenantTx }) => {
    const sealer = await fieldSealer();
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx(
      (tx) => proposeItemMatch(tx, { ...params, version: expectedVersion }, body, sealer, proposer),
      {
        resource: () => `bank-items/${params.item_id}`,
      },
    );
  },
);
