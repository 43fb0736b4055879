import { changeStatus } from '#ledger/change-status.ts';
import { isTerminal } from '#ledger/transaction-status.ts';
import { lockTransaction } from '#ledger/transactions.ts';
import { listUnapplied } from '#payments/bank/bank-event.repository.ts';
import type { OutcomeInput } from '#payments/execution/step-inputs.ts';
import { findOrder, setOrder } from '#payments/orders/payment-order.repository.ts';
import { awaitSettlement } from '#payments/payments.jobs.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { found } from '#platform/db/found.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { reportTask } from './report-task.ts';

/**
 * Marks a payment that the bank has taken as sent, and keeps the token of its execution. The bank may have said more already,
 * before there was a token: then the task is reported at once.
 */
export async function awaitOutcome(input: OutcomeInput): Promise<void> {
  const { tenant_id, transaction_id, task_token, bank_reference } = input;
  const actor = systemActor(tenant_id, input.request_id, awaitSettlement);
  const { known } = await systemWrite(
    actor,
    async (tx) => {
      const transaction = found(await lockTransaction(tx, transaction_id));
      const { channel } = found(await findOrder(tx, transaction_id));
      // A file's payments are sent when the file is written.
      const sent = transaction.status === 'PENDING' && channel === 'BANK';
      if (sent) await changeStatus(tx, transaction, 'SENT');
      await setOrder(tx, transaction_id, {
        waits_for: 'SETTLEMENT',
        task_token,
        ...(typeof bank_reference === 'string' ? { bank_reference } : {}),
      });
      const events = await listUnapplied(tx, transaction_id);
      await crashPoint('sent-before-commit', transaction_id);
      return {
        sent,
        known: events.some(({ kind }) => kind !== 'CORRECTED') || isTerminal(transaction.status),
      };
    },
    {
      audit: ({ sent }) => ({
        action: sent ? 'payment-order.sent' : 'payment-order.awaited',
        resource: `transactions/${transaction_id}`,
        payload: { bank_reference },
      }),
    },
  );
  await crashPoint('sent-after-commit', transaction_id);
  if (known) await reportTask(task_token);
}
