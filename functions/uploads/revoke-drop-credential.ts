import { http } from '#platform/http/http.ts';
import * as routes from '#uploads/drop/drop-credentials.routes.ts';
import { revokeCredential } from '#uploads/drop/manage-credential.ts';

export const handler = http(
  routes.revokeDropCredential,
  async ({ params, principal, expectedVersion, tenantTx }) => {
    await tenantTx((tx) => revokeCredential(tx, params.id, principal.actorId, expectedVersion));
    return undefined;
  },
);
