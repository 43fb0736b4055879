import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { toDividend } from '#dividends/dividend.repository.ts';
import * as routes from '#dividends/dividends.routes.ts';
import { http } from '#platform/http/http.ts';

const route = routes.cancelDividend;

export const handler = http(route, async ({ params, expectedVersion, principal, requestId, tenantTx }) => {
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { proposeCancellation } = await import('#dividends/cancel-dividend.ts');
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) =>
      answerOf(
        await proposeCancellation(tx, params.id, expectedVersion, principal.tenantId, proposer),
        toDividend,
      ),
    entryOf(route.audit, () => `dividends/${params.id}`),
  );
});
