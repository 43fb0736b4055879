import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findWebhook, toWebhook } from '#webhooks/webhook.repository.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.getWebhook, async ({ params, tenantRead }) =>
  toWebhook(found(await tenantRead((read) => findWebhook(read, params.id)))),
);
