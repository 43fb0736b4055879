import { http } from '#platform/http/http.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { rotateSecret } from '#webhooks/manage-webhook.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.rotateWebhookSecret, async ({ params, expectedVersion, tenantTx }) => {
  const sealer = await fieldSealer();
  return tenantTx((tx) => rotateSecret(tx, params.id, expectedVersion, sealer));
});
