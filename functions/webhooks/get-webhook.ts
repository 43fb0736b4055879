import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findWebhook, toWebhook } from '#webhooks/webhook.repository.ts';
import { getWebhook } from '#webhooks/webhooks.routes.ts';

export const handler = http(getWebhook, async ({ params, tenantRead }) =>
  toWebhook(found(await tenantRead((read) => findWebhook(read, params.id)))),
);
