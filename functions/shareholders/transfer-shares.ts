import { http } from '#platform/http/http.ts';
import { uuidV7 } from '#platform/ids.ts';
import { transferShares } from '#shareholders/shareholders.routes.ts';
import { transferShares as transfer } from '#shareholders/transfer-shares.ts';

export const handler = http(transferShares, async ({ body, tenantTx }) => {
  const transferId = uuidV7();
  return tenantTx((tx) => transfer(tx, transferId, body), { resource: () => `transfers/${transferId}` });
});
