import type { AfterCommit } from '#approvals/decide-change.ts';
import { decideOrder } from '#payments/orders/decide-order.ts';
import { findTransaction, toTransaction } from '#payments/orders/ordered-transaction.ts';
import * as routes from '#payments/orders/orders.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.approveTransaction,
  async ({ params, expectedVersion, principal, tenantTx }) => {
    const decider = { actorId: principal.actorId, role: principal.actorRole };
    let afterCommit: AfterCommit | undefined;
    const answer = await tenantTx(async (tx) => {
      afterCommit = (await decideOrder(tx, params.id, 'APPROVED', decider, expectedVersion)).afterCommit;
      return toTransaction(found(await findTransaction(tx, params.id)));
    });
    await afterCommit?.();
    return answer;
  },
);
