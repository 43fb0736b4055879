import { http } from '#platform/http/http.ts';
import { replay } from '#webhooks/manage-webhook.ts';
import * as routes from '#webhooks/webhooks.routes.ts';

export const handler = http(routes.replayWebhook, ({ params, body, tenantTx }) =>
  tenantTx((tx) => replay(tx, params.id, body), {
    resource: () => `webhooks/${params.id}`,
    payload: ({ deliveries }) => ({ ...params, ...body, deliveries }),
  }),
);
