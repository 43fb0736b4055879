import type { WaitingInput } from '#payments/execution/step-inputs.ts';
import { tenantStatements } from '#platform/db/tenant-tx.ts';
import { reportTask } from './report-task.ts';

/**
 * Keeps the token of an execution that waits for an approval. When the decision came before the token, the execution goes on
 * at once. The row's lock orders the two, so that one of them sees the other.
 */
export async function awaitDecision({ tenant_id, transaction_id, task_token }: WaitingInput): Promise<void> {
  const [kept] = await tenantStatements(tenant_id, [
    {
      text: `update payment_orders set waits_for = 'APPROVAL', task_token = $2 where transaction_id = $1 returning approval`,
      values: [transaction_id, task_token],
    },
  ]);
  const { approval } = (kept?.rows[0] ?? {}) as { approval?: string };
  if (approval !== 'REQUIRED') await reportTask(task_token);
}
