import { proposeFactorReset } from '#identity/second-factor/propose-factor-reset.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.resetSecondFactor, async ({ params, principal, requestId, tenantTx }) => {
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx((tx) => proposeFactorReset(tx, params.id, proposer), {
    resource: ({ id }) => `approvals/${id}`,
  });
});
