import { scheduled } from '#platform/queue/scheduled.ts';
import { retryDeliveries } from '#webhooks/retry-deliveries.ts';
import { retryWebhooks } from '#webhooks/webhooks.jobs.ts';

export const handler = scheduled(retryWebhooks, retryDeliveries);
