import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { http } from '#platform/http/http.ts';
import { proposeRelease } from '#retention/release-hold.ts';
import * as routes from '#retention/retention.routes.ts';

const route = routes.releaseLegalHold;

export const handler = http(route, ({ params, expectedVersion, principal, requestId, tenantTx }) => {
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => answerOf(await proposeRelease(tx, params.id, expectedVersion, proposer), () => undefined),
    entryOf(route.audit, () => `legal-holds/${params.id}`),
  );
});
