import { BusMessage } from '#contracts/event-schemas.ts';
import { consumer } from '#platform/queue/consumer.ts';
import { queueDeliveries } from '#webhooks/delivery/queue-deliveries.ts';
import { queueWebhooks } from '#webhooks/webhooks.jobs.ts';

export const handler = consumer(queueWebhooks, BusMessage, ({ message }) => queueDeliveries(message));
