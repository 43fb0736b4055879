import * as routes from '#identity/users/users.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.resetSecondFactor, async ({ params, principal, requestId, tenantTx }) => {
  const { proposeFactorReset } = await import('#identity/second-factor/propose-factor-reset.ts');
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx((tx) => proposeFactorReset(tx, params.id, proposer), {
    resource: ({ id }) => `approvals/${id}`,
  });
});
