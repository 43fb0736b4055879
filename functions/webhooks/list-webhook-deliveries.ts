import { toPage } from '#platform/http/cursor.ts';
import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';
import { listDeliveries, toDelivery } from '#webhooks/delivery.repository.ts';
import { findWebhook } from '#webhooks/webhook.repository.ts';
import { listWebhookDeliveries } from '#webhooks/webhooks.routes.ts';

export const handler = http(listWebhookDeliveries, ({ params, query, tenantRead }) =>
  tenantRead(async (read) => {
    found(await findWebhook(read, params.id));
    const rows = await listDeliveries(read, params.id, query);
    return toPage(rows, query.limit, toDelivery, (row) => [row.id]);
  }),
);
