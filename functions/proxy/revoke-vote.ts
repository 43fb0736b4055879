import { http } from '#platform/http/http.ts';
import * as routes from '#proxy/proxy.routes.ts';
import { revokeVote } from '#proxy/revoke-vote.ts';

export const handler = http(routes.revokeVote, async ({ params, tenantTx }) => {
  await tenantTx((tx) => revokeVote(tx, params.id), { resource: () => `votes/${params.id}` });
  return undefined;
});
