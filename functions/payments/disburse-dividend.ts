import { findProgress } from '#payments/runs/payment-run.repository.ts';
import { beginPaymentRun } from '#payments/runs/payment-run.ts';
import * as routes from '#payments/runs/payment-runs.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.disburseDividend, async ({ params, principal, requestId, tenantTx }) => {
  const { actorId, tenantId } = principal;
  return tenantTx(async (tx) => {
    await beginPaymentRun(tx, params.id, { actorId, tenantId, requestId });
    return found(await findProgress(tx, params.id));
  });
});
