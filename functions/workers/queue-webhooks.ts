import { BusMessage } from '#contracts/event-schemas.ts';
import { consumer } from '#platform/queue/consumer.ts';
import { queueDeliveries } from '#webhooks/delivery/queue-deliveries.ts';
import * as jobs from '#webhooks/webhooks.jobs.ts';

export const handler = consumer(jobs.queueWebhooks, BusMessage, ({ message }) => queueDeliveries(message));
