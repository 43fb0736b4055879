import { http } from '#platform/http/http.ts';
import { toDelivery } from '#webhooks/delivery/delivery.repository.ts';
import { sendTest } from '#webhooks/manage-webhook.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.testWebhook, ({ params, actor, tenantTx }) =>
  tenantTx(async (tx) => toDelivery(await sendTest(tx, params.id, actor)), {
    resource: ({ webhook_id }) => `webhooks/${webhook_id}`,
    payload: ({ id }) => ({ ...params, delivery_id: id }),
  }),
);
