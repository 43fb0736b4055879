import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { findProgress } from '#payments/runs/payment-run.repository.ts';
import { proposePaymentRun } from '#payments/runs/payment-run.ts';
import * as routes from '#payments/runs/payment-runs.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

const route = routes.disburseDividend;

export const handler = http(route, async (request) => {
  const { params, body, expectedVersion, requestId, tenantTx } = request;
  const { actorId, tenantId } = request.principal;
  const maker = { actorId, tenantId, requestId };
  return tenantTx(
    async (tx) => {
      const begun = await proposePaymentRun(tx, params.id, maker, { only: body?.only, expectedVersion });
      return answerOf(begun ?? found(await findProgress(tx, params.id)), (progress) => progress);
    },
    entryOf(route.audit, () => `dividends/${params.id}`),
  );
});
