import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listWebhooks, toWebhook } from '#webhooks/webhook.repository.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.listWebhooks, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => listWebhooks(read, query));
  return toPage(rows, query.limit, toWebhook, (row) => [row.id]);
});
