import { scheduled } from '#platform/queue/scheduled.ts';
import { retryDeliveries } from '#webhooks/delivery/retry-deliveries.ts';
import * as jobs from '#webhooks/webhooks.jobs.ts';

export const handler = scheduled(jobs.retryWebhooks, retryDeliveries);
