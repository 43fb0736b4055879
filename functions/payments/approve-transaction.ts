import { reportTask } from '#payments/execution/report-task.ts';
import { decideOrder } from '#payments/orders/decide-order.ts';
import { toTransaction } from '#payments/orders/ordered-transaction.ts';
import * as routes from '#payments/orders/orders.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.approveTransaction, async ({ params, principal, tenantTx }) => {
  let taskToken: string | null = null;
  const answer = await tenantTx(async (tx) => {
    const decided = await decideOrder(tx, params.id, 'APPROVED', principal.actorId);
    taskToken = decided.taskToken;
    return toTransaction(decided.transaction);
  });
  await reportTask(taskToken);
  return answer;
});
