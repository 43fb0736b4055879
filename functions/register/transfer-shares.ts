import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { http } from '#platform/http/http.ts';
import * as routes from '#register/positions.routes.ts';

const route = routes.transferShares;

export const handler = http(route, async ({ body, principal, requestId, tenantTx }) => {
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { proposeTransfer } = await import('#register/propose-positions.ts');
  const id = uuidV7();
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => answerOf(await proposeTransfer(tx, id, body, proposer), (transfer) => transfer),
    entryOf(route.audit, () => `transfers/${id}`),
  );
});
