import { http } from '#platform/http/http.ts';
import { removeWebhook } from '#webhooks/manage-webhook.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.deleteWebhook, async ({ params, expectedVersion, tenantTx }) => {
  await tenantTx((tx) => removeWebhook(tx, params.id, expectedVersion));
  return undefined;
});
