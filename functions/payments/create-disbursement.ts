import { API_BASE_PATH } from '#contracts/api-paths.ts';
import { toTransaction } from '#payments/orders/ordered-transaction.ts';
import * as routes from '#payments/orders/orders.routes.ts';
import { placeOrder } from '#payments/orders/place-order.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(
  routes.createDisbursement,
  async ({ body, principal, requestId, headers, tenantTx }) => {
    const idempotencyKey = headers.get('idempotency-key')?.[0] ?? requestId;
    return tenantTx(
      async (tx) => {
        const ordered = await placeOrder(tx, body, { actorId: principal.actorId, requestId, idempotencyKey });
        await crashPoint('order-before-commit');
        return reply(toTransaction(ordered), {
          headers: { location: `${API_BASE_PATH}/transactions/${ordered.id}` },
        });
      },
      { resource: ({ body: { id } }) => `transactions/${id}` },
    );
  },
);
