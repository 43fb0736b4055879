import { toTransaction } from '#payments/orders/ordered-transaction.ts';
import * as routes from '#payments/orders/orders.routes.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.createDisbursement,
  async ({ body, principal, requestId, headers, tenantTx }) => {
    // Loaded here: with it, the function’s code would be longer than a cold start may read.
    const { placeOrder } = await import('#payments/orders/place-order.ts');
    const idempotencyKey = headers.get('idempotency-key')?.[0] ?? requestId;
    return tenantTx(async (tx) => {
      const ordered = await placeOrder(tx, body, { actorId: principal.actorId, requestId, idempotencyKey });
      await crashPoint('order-before-commit');
      return toTransaction(ordered);
    });
  },
);
