import { http } from '#platform/http/http.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.deleteWebhook, async ({ params, expectedVersion, tenantTx }) => {
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { removeWebhook } = await import('#webhooks/manage-webhook.ts');
  await tenantTx((tx) => removeWebhook(tx, params.id, expectedVersion));
  return undefined;
});
