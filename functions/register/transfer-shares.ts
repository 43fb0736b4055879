import { uuidV7 } from '#kernel/ids.ts';
import { http } from '#platform/http/http.ts';
import * as routes from '#register/positions.routes.ts';
import { transferShares } from '#register/transfer-shares.ts';

export const handler = http(routes.transferShares, async ({ body, tenantTx }) => {
  const transferId = uuidV7();
  return tenantTx((tx) => transferShares(tx, transferId, body), {
    resource: () => `transfers/${transferId}`,
  });
});
