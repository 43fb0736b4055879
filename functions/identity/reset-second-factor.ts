import { proposeFactorReset } from '#identity/second-factor/propose-factor-reset.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.resetSecondFactor,
  async ({ params, expectedVersion, principal, requestId, tenantTx }) => {
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx((tx) => proposeFactorReset(tx, { id: params.id, expectedVersion }, proposer), {
      resource: ({ id }) => `approvals/${id}`,
    });
  },
);
