import { http } from '#platform/http/http.ts';
import { removeWebhook } from '#webhooks/manage-webhook.ts';
import { deleteWebhook } from '#webhooks/webhooks.routes.ts';

export const handler = http(deleteWebhook, async ({ params, tenantTx }) => {
  await tenantTx((tx) => removeWebhook(tx, params.id));
  return undefined;
});
