import { http } from '#platform/http/http.ts';
import { revokeVote } from '#proxy/revoke-vote.ts';
import * as routes from '#proxy/votes.routes.ts';

export const handler = http(routes.revokeVote, async ({ params, expectedVersion, tenantTx }) => {
  await tenantTx((tx) => revokeVote(tx, params.id, expectedVersion));
  return undefined;
});
