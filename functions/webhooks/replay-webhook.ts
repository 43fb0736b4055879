import { http } from '#platform/http/http.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.replayWebhook, async ({ params, body, tenantTx }) => {
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { replay } = await import('#webhooks/manage-webhook.ts');
  return tenantTx((tx) => replay(tx, params.id, body), {
    resource: () => `webhooks/${params.id}`,
    payload: ({ deliveries }) => ({ ...params, ...body, deliveries }),
  });
});
