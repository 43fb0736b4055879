import * as z from 'zod';
import { sendMessages } from '#platform/queue/send.ts';
import type { BankPaymentRow } from './bank-payment.repository.ts';
import { type Behaviour, behaviourOf, LATE_SECONDS, reversalBehaviourOf } from './behaviour.ts';

const QUEUE = 'mock-bank-callbacks';

/** A callback: its content, and how it is signed. */
export const CallbackMessage = z.strictObject({
  body: z.string(),
  client_id: z.string(),
  signature: z.enum(['good', 'none', 'stale']),
});
export type CallbackMessage = z.infer<typeof CallbackMessage>;

interface Due {
  readonly message: CallbackMessage;
  readonly delaySeconds: number;
}

/** Puts the future events of a payment on the queue, with their times. */
export async function scheduleCallbacks(row: BankPaymentRow, requestId: string): Promise<void> {
  const behaviour = row.reverses === null ? behaviourOf : reversalBehaviourOf;
  for (const { message, delaySeconds } of callbacksOf(row, behaviour(row.account_number)))
    await sendMessages(QUEUE, [message], requestId, { delaySeconds });
}

function callbacksOf(row: BankPaymentRow, behaviour: Behaviour): Due[] {
  const { settlesAfter, returns, corrects, callbacks } = behaviour;
  if (callbacks === 'none') return [];
  const callback = (kind: string, delaySeconds: number, more: object = {}): Due => ({
    message: {
      client_id: row.client_id,
      signature: callbacks === 'unsigned' ? 'none' : callbacks === 'stale' ? 'stale' : 'good',
      body: JSON.stringify({
        event_id: `${row.id}/${kind}`,
        client_id: row.client_id,
        reference: row.reference,
        kind,
        ...more,
      }),
    },
    delaySeconds,
  });
  const late = callbacks === 'late' ? LATE_SECONDS : 0;
  const due = [
    ...(corrects === undefined
      ? []
      : [callback('CORRECTED', 1, { code: corrects.code, corrected_data: corrects.data })]),
    ...(settlesAfter === undefined
      ? []
      : [callback('SETTLED', callbacks === 'early' ? 0 : settlesAfter + late)]),
    ...(returns === undefined ? [] : [callback('RETURNED', returns.after + late, { code: returns.code })]),
  ];
  return callbacks === 'thrice'
    ? due.flatMap((one) => [one, one, { ...one, delaySeconds: one.delaySeconds + 3 }])
    : due;
}
