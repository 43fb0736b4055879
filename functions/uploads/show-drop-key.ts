import { http } from '#platform/http/http.ts';
import { fieldSealer } from '#platform/sealing.ts';
import * as routes from '#uploads/drop/drop-credentials.routes.ts';
import { takeKey } from '#uploads/drop/manage-credential.ts';

export const handler = http(routes.showDropKey, async ({ params, principal, expectedVersion, tenantTx }) => {
  const sealer = await fieldSealer();
  const { actorId } = principal;
  return tenantTx((tx) => takeKey(tx, params.id, { actorId, expectedVersion }, sealer));
});
