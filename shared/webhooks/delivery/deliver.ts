import * as environment from '#platform/environment.ts';
import { inSpan, traceHeaders } from '#platform/observability/trace.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { recordWebhookAttempt } from '#webhooks/webhooks.jobs.ts';
import type { DeliveryMessage, OutcomeMessage } from './delivery-message.ts';
import { type PostOptions, postWebhook } from './post-webhook.ts';
import { secretPlace, signedHeaders } from './webhook-signature.ts';

/** Delivers once, and reports the outcome to the queue of whoever keeps the log. */
export async function deliver(
  message: DeliveryMessage,
  requestId: string,
  options: PostOptions = { loopback: environment.outsideToLoopback() },
): Promise<void> {
  const { webhook_id, url, body } = message;
  const sealer = await fieldSealer();
  const secrets = message.secrets.map((sealed) => sealer.open(sealed, secretPlace(webhook_id)));
  const attemptedAt = new Date();
  const startedMs = performance.now();
  const posted = await inSpan({ name: 'webhook', kind: 'client', attributes: { webhook_id } }, () =>
    postWebhook({ url, body, headers: headersOf(message, secrets, attemptedAt) }, options),
  );
  const outcome: OutcomeMessage = {
    tenant_id: message.tenant_id,
    delivery_id: message.delivery_id,
    attempt: message.attempt,
    attempted_at: attemptedAt.toISOString(),
    duration_ms: Math.round(performance.now() - startedMs),
    status: posted.status,
    error: posted.error,
    retry_after_seconds: posted.retryAfterSeconds ?? null,
  };
  await sendMessages(recordWebhookAttempt.queue, [outcome], requestId);
}

function headersOf(
  { delivery_id, attempt, type, body }: DeliveryMessage,
  secrets: readonly string[],
  at: Date,
): Record<string, string> {
  return {
    ...traceHeaders(),
    'content-type': 'application/json',
    'user-agent': 'Vestry-Webhooks/1',
    'vestry-event': type,
    'vestry-attempt': String(attempt),
    ...signedHeaders(secrets, { id: delivery_id, body, atSeconds: Math.floor(at.getTime() / 1000) }),
  };
}
