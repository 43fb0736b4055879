import * as environment from '#platform/environment.ts';
import { http } from '#platform/http/http.ts';
import { toWebhook } from '#webhooks/webhook.repository.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.updateWebhook, async ({ params, body, expectedVersion, tenantTx }) => {
  const { url, ...shown } = body;
  // Loaded here: with them, the function’s code would be longer than a cold start may read.
  const { changeWebhook } = await import('#webhooks/manage-webhook.ts');
  if (url !== undefined) {
    const { requirePublicUrl } = await import('#platform/outbound/require-public-url.ts');
    await requirePublicUrl(url, '/url', { loopback: environment.outsideToLoopback() });
  }
  let hosts: object = {};
  return tenantTx(
    async (tx) => {
      const { before, after } = await changeWebhook(tx, params.id, expectedVersion, body);
      // The path of a URL is often a secret of its receiver.
      if (url !== undefined) hosts = { host_before: new URL(before.url).host, host: new URL(after.url).host };
      return toWebhook(after);
    },
    { payload: () => ({ ...params, ...shown, ...hosts }) },
  );
});
