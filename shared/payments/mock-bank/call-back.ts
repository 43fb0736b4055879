import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import { signCallback } from '#payments/bank/bank-signature.ts';
import { traceHeaders } from '#platform/observability/trace.ts';
import { Unavailable } from '#platform/outage.ts';
import { secretText } from '#platform/secret.ts';
import type { CallbackMessage } from './callbacks.ts';

const STALE_SECONDS = 3_600;
const TIMEOUT_MS = 10_000;

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
