import * as environment from '#platform/environment.ts';
import { http } from '#platform/http/http.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.createWebhook, async ({ body, tenantTx }) => {
  // Loaded here: with them, the function’s code would be longer than a cold start may read.
  const { requirePublicUrl } = await import('#platform/outbound/require-public-url.ts');
  await requirePublicUrl(body.url, '/url', { loopback: environment.outsideToLoopback() });
  const { fieldSealer } = await import('#platform/sealing.ts');
  const { addWebhook } = await import('#webhooks/manage-webhook.ts');
  const sealer = await fieldSealer();
  return tenantTx((tx) => addWebhook(tx, body, sealer), {
    // The path of a URL is often a secret of its receiver.
    payload: { host: new URL(body.url).host, events: body.events },
  });
});
