import { http } from '#platform/http/http.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.rotateWebhookSecret, async ({ params, expectedVersion, tenantTx }) => {
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { fieldSealer } = await import('#platform/sealing.ts');
  const { rotateSecret } = await import('#webhooks/manage-webhook.ts');
  const sealer = await fieldSealer();
  return tenantTx((tx) => rotateSecret(tx, params.id, expectedVersion, sealer));
});
