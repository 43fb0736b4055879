import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listWebhooks as list, toWebhook } from '#webhooks/webhook.repository.ts';
import { listWebhooks } from '#webhooks/webhooks.routes.ts';

export const handler = http(listWebhooks, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => list(read, query));
  return toPage(rows, query.limit, toWebhook, (row) => [row.id]);
});
