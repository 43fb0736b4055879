import { http } from '#platform/http/http.ts';
import { toDelivery } from '#webhooks/delivery/delivery.repository.ts';
import { resend } from '#webhooks/manage-webhook.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.resendWebhookDelivery, ({ params, tenantTx }) =>
  tenantTx(async (tx) => toDelivery(await resend(tx, params.id, params.delivery_id)), {
    resource: ({ id }) => `webhooks/${params.id}/deliveries/${id}`,
  }),
);
