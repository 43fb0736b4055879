import { consumer } from '#platform/queue/consumer.ts';
import { deliver } from '#webhooks/delivery/deliver.ts';
import { DeliveryMessage } from '#webhooks/delivery/delivery-message.ts';
import * as jobs from '#webhooks/webhooks.jobs.ts';

export const handler = consumer(jobs.deliverWebhook, DeliveryMessage, ({ message, requestId }) =>
  deliver(message, requestId),
);
