import { http } from '#platform/http/http.ts';
import { toDelivery } from '#webhooks/delivery/delivery.repository.ts';
import { resend } from '#webhooks/manage-webhook.ts';
import { resendWebhookDelivery } from '#webhooks/webhooks.routes.ts';

export const handler = http(resendWebhookDelivery, ({ params, tenantTx }) =>
  tenantTx(async (tx) => toDelivery(await resend(tx, params.id, params.delivery_id)), {
    resource: ({ id }) => `webhooks/${params.id}/deliveries/${id}`,
  }),
);
