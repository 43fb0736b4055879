import { publicPath } from '#contracts/api-paths.ts';
import { findProgress } from '#payments/runs/payment-run.repository.ts';
import { beginPaymentRun } from '#payments/runs/payment-run.ts';
import * as routes from '#payments/runs/payment-runs.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.disburseDividend, async ({ params, principal, requestId, tenantTx }) => {
  const { actorId, tenantId } = principal;
  const location = publicPath(routes.disburseDividend).replace('{id}', params.id);
  return tenantTx(async (tx) => {
    await beginPaymentRun(tx, params.id, { actorId, tenantId, requestId });
    return reply(found(await findProgress(tx, params.id)), { headers: { location } });
  });
});
