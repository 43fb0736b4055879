import { toTransaction } from '#payments/orders/ordered-transaction.ts';
import * as routes from '#payments/reversals/reversals.routes.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.reverseTransaction,
  async ({ params, body, expectedVersion, principal, requestId, headers, tenantTx }) => {
    // Loaded here: with it, the function’s code would be longer than a cold start may read.
    const { askReversal } = await import('#payments/reversals/ask-reversal.ts');
    const idempotencyKey = headers.get('idempotency-key')?.[0] ?? requestId;
    const maker = { actorId: principal.actorId, requestId, idempotencyKey };
    return tenantTx(
      async (tx) => {
        const reversal = await askReversal(tx, params.id, { expectedVersion, reason: body.reason }, maker);
        await crashPoint('order-before-commit');
        return toTransaction(reversal);
      },
      { resource: ({ id }) => `transactions/${id}` },
    );
  },
);
