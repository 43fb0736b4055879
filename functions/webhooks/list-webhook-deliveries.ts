import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { listDeliveries, toDelivery } from '#webhooks/delivery/delivery.repository.ts';
import { findWebhook } from '#webhooks/webhook.repository.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.listWebhookDeliveries, ({ params, query, tenantRead }) =>
  tenantRead(async (read) => {
    found(await findWebhook(read, params.id));
    const rows = await listDeliveries(read, params.id, query);
    return toPage(rows, query.limit, toDelivery, (row) => [row.id]);
  }),
);
