import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { http } from '#platform/http/http.ts';
import * as routes from '#register/splits/corporate-actions.routes.ts';
import { proposeReversal } from '#register/splits/propose-split.ts';

const route = routes.reverseCorporateAction;

export const handler = http(route, ({ params, body, expectedVersion, principal, requestId, tenantTx }) => {
  const reversal = { id: params.id, version: expectedVersion, reason: body.reason };
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => answerOf(await proposeReversal(tx, reversal, proposer), (made: never) => made),
    entryOf(route.audit, () => `corporate-actions/${params.id}`),
  );
});
