import { inDecision } from '#approvals/decide.http.ts';
import { cancelOrder } from '#payments/orders/cancel-order.ts';
import { findTransaction, toTransaction } from '#payments/orders/ordered-transaction.ts';
import * as routes from '#payments/orders/orders.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.cancelTransaction,
  ({ params, body, expectedVersion, principal, tenantTx }) =>
    inDecision(tenantTx, async (tx) => {
      const { actorId } = principal;
      const afterCommit = await cancelOrder(tx, params.id, { expectedVersion, actorId, reason: body.reason });
      return { answer: toTransaction(found(await findTransaction(tx, params.id))), afterCommit };
    }),
);
