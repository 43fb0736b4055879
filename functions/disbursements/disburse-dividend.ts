import { beginDividend } from '#disbursements/disburse-dividend.ts';
import { disburseDividend } from '#disbursements/disbursements.routes.ts';
import { findProgress } from '#disbursements/dividend-run.repository.ts';
import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';
import { publicPath } from '#platform/http/route.ts';

export const handler = http(disburseDividend, async ({ params, principal, requestId, tenantTx }) => {
  const { actorId, tenantId } = principal;
  const location = publicPath(disburseDividend).replace('{id}', params.id);
  return tenantTx(async (tx) => {
    await beginDividend(tx, params.id, { actorId, tenantId, requestId });
    return reply(found(await findProgress(tx, params.id)), { headers: { location } });
  });
});
