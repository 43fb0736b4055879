import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { proposeCancellation } from '#dividends/cancel-dividend.ts';
import { toDividend } from '#dividends/dividend.repository.ts';
import * as routes from '#dividends/dividends.routes.ts';
import { http } from '#platform/http/http.ts';

const route = routes.cancelDividend;

export const handler = http(route, ({ params, expectedVersion, principal, requestId, tenantTx }) => {
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
