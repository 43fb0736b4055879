import { http } from '#platform/http/http.ts';
import { toDelivery } from '#webhooks/delivery/delivery.repository.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.resendWebhookDelivery, async ({ params, tenantTx }) => {
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { resend } = await import('#webhooks/manage-webhook.ts');
  return tenantTx(async (tx) => toDelivery(await resend(tx, params.id, params.delivery_id)), {
    resource: ({ id }) => `webhooks/${params.id}/deliveries/${id}`,
  });
});
