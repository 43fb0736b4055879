import { consumer } from '#platform/queue/consumer.ts';
import { OutcomeMessage } from '#webhooks/delivery/delivery-message.ts';
import { recordAttempt } from '#webhooks/delivery/record-attempt.ts';
import * as jobs from '#webhooks/webhooks.jobs.ts';

export const handler = consumer(jobs.recordWebhookAttempt, OutcomeMessage, ({ message, requestId }) =>
  recordAttempt(message, requestId),
);
