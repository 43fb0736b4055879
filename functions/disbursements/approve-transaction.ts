import { decidePayment } from '#disbursements/decide-payment.ts';
import { approveTransaction } from '#disbursements/disbursements.routes.ts';
import { reportTask } from '#disbursements/report-task.ts';
import { toTransaction } from '#disbursements/transaction.repository.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(approveTransaction, async ({ params, principal, tenantTx }) => {
  let taskToken: string | null = null;
  const answer = await tenantTx(async (tx) => {
    const decided = await decidePayment(tx, params.id, 'APPROVED', principal.actorId);
    taskToken = decided.taskToken;
    return toTransaction(decided.transaction);
  });
  await reportTask(taskToken);
  return answer;
});
