import { http } from '#platform/http/http.ts';
import { revokeVote } from '#proxy/proxy.routes.ts';
import { revokeVote as revoke } from '#proxy/revoke-vote.ts';

export const handler = http(revokeVote, async ({ params, tenantTx }) => {
  await tenantTx((tx) => revoke(tx, params.id), { resource: () => `votes/${params.id}` });
  return undefined;
});
