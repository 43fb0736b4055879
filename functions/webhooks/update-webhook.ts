import { environment } from '#platform/environment.ts';
import { http } from '#platform/http/http.ts';
import { requirePublicUrl } from '#platform/outbound/require-public-url.ts';
import { changeWebhook } from '#webhooks/manage-webhook.ts';
import { toWebhook } from '#webhooks/webhook.repository.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.updateWebhook, async ({ params, body, expectedVersion, tenantTx }) => {
  const { url, ...shown } = body;
  if (url !== undefined) await requirePublicUrl(url, '/url', { loopback: environment.outsideToLoopback() });
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
