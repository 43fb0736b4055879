import { inDecision } from '#approvals/decide.http.ts';
import { decideOrder } from '#payments/orders/decide-order.ts';
import { findTransaction, toTransaction } from '#payments/orders/ordered-transaction.ts';
import * as routes from '#payments/orders/orders.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.denyTransaction, ({ params, expectedVersion, principal, tenantTx }) =>
  inDecision(tenantTx, async (tx) => {
    const decider = { actorId: principal.actorId, role: principal.actorRole };
    const { afterCommit } = await decideOrder(tx, params.id, 'DENIED', decider, expectedVersion);
    return { answer: toTransaction(found(await findTransaction(tx, params.id))), afterCommit };
  }),
);
