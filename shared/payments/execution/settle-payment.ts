import type { TransactionStatus } from '#contracts/transactions.ts';
import { isTerminal } from '#ledger/transaction-status.ts';
import { lockTransaction } from '#ledger/transactions.ts';
import { applyBankEvents } from '#payments/bank/apply-bank-event.ts';
import { insertBankEvent } from '#payments/bank/bank-event.repository.ts';
import { contradictedBy } from '#payments/bank/contradiction.ts';
import type { SettleInput } from '#payments/execution/step-inputs.ts';
import { settlePayment } from '#payments/payments.jobs.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { found } from '#platform/db/found.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';

/** Applies what the bank has reported of a payment, when it was asked or in callbacks. Repeating it changes nothing. */
export async function applyBankStatus(
  input: SettleInput,
): Promise<{ status: TransactionStatus; ended: boolean }> {
  const { tenant_id, transaction_id, bank } = input;
  const actor = systemActor(tenant_id, input.request_id, settlePayment);
  const transaction = await systemWrite(
    actor,
    async (tx) => {
      const locked = found(await lockTransaction(tx, transaction_id));
      const { status, code } = bank ?? {};
      const isNews = status === 'SETTLED' || status === 'RETURNED' || status === 'REJECTED';
      // The bank may report the same by a callback as well; a second application changes nothing. An answer that a callback has overtaken is no
      // contradiction.
      if (isNews && contradictedBy(status, locked) === undefined)
        await insertBankEvent(tx, { transaction_id, event_id: `status:${status}`, kind: status, code });
      const applied = await applyBankEvents(tx, locked);
      await crashPoint('final-before-commit', transaction_id);
      return { ...applied, moved: applied !== locked };
    },
    {
      audit: ({ moved, status, return_code }) => ({
        action: moved && isTerminal(status) ? 'payment-order.ended' : 'payment-order.checked',
        resource: `transactions/${transaction_id}`,
        payload: { status, return_code },
      }),
    },
  );
  await crashPoint('final-after-commit', transaction_id);
  const status = transaction.status;
  return { status, ended: isTerminal(status) };
}
