import { consumer } from '#platform/queue/consumer.ts';
import { OutcomeMessage } from '#webhooks/delivery/delivery-message.ts';
import { recordAttempt } from '#webhooks/delivery/record-attempt.ts';
import { recordWebhookAttempt } from '#webhooks/webhooks.jobs.ts';

export const handler = consumer(recordWebhookAttempt, OutcomeMessage, ({ message }) =>
  recordAttempt(message),
);
