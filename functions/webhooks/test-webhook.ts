import { http } from '#platform/http/http.ts';
import { toDelivery } from '#webhooks/delivery/delivery.repository.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.testWebhook, async ({ params, actor, tenantTx }) => {
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { sendTest } = await import('#webhooks/manage-webhook.ts');
  return tenantTx(async (tx) => toDelivery(await sendTest(tx, params.id, actor)), {
    resource: ({ webhook_id }) => `webhooks/${webhook_id}`,
    payload: ({ id }) => ({ ...params, delivery_id: id }),
  });
});
