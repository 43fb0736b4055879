import { uuidV7 } from '#kernel/ids.ts';
import { http } from '#platform/http/http.ts';
import { transferShares } from '#register/shareholders.routes.ts';
import { transferShares as transfer } from '#register/transfer-shares.ts';

export const handler = http(transferShares, async ({ body, tenantTx }) => {
  const transferId = uuidV7();
  return tenantTx((tx) => transfer(tx, transferId, body), { resource: () => `transfers/${transferId}` });
});
