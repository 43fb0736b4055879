import * as z from 'zod';
import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import { signCallback } from '#payments/bank/bank-signature.ts';
import { traceHeaders } from '#platform/observability/trace.ts';
import { Unavailable } from '#platform/outage.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { secretText } from '#platform/secret.ts';
import type { BankPaymentRow } from './bank-payment.repository.ts';
import { type Behaviour, behaviourOf, LATE_SECONDS } from './behaviour.ts';

const QUEUE = 'mock-bank-callbacks';
const STALE_SECONDS = 3_600;
const TIMEOUT_MS = 10_000;

/** A callback: its content, and how it is signed. */
export const CallbackMessage = z.strictObject({
  body: z.string(),
  client_id: z.string(),
  signature: z.enum(['good', 'none', 'stale']),
});
type CallbackMessage = z.infer<typeof CallbackMessage>;

interface Due {
  readonly message: CallbackMessage;
  readonly delaySeconds: number;
}

/** Puts the future events of a payment on the queue, with their times. */
export async function scheduleCallbacks(row: BankPaymentRow, requestId: string): Promise<void> {
  for (const { message, delaySeconds } of callbacksOf(row, behaviourOf(row.account_number)))
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

/**
 * Calls back. A callback whose signature the client refuses isn't repeated: the client has to ask.
 * @throws if the client refuses it for another reason; then the queue repeats it
 */
export async function callBack({ body, client_id, signature }: CallbackMessage): Promise<void> {
  const secret = await secretText(bankEnvironment.bankSecretArn());
  const now = Math.floor(Date.now() / 1000);
  const at = signature === 'stale' ? now - STALE_SECONDS : now;
  const signed =
    signature === 'none' ? {} : { 'x-bank-signature': signCallback(secret, client_id, body, at) };
  const response = await fetch(bankEnvironment.callbackUrl(), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...traceHeaders(), ...signed },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.arrayBuffer();
  if (response.ok || response.status === 401) return;
  const Failure = Unavailable.isStatus(response.status) ? Unavailable : Error;
  throw new Failure(`the client answered ${response.status}`);
}
