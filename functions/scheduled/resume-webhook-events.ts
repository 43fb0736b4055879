import { scheduled } from '#platform/queue/scheduled.ts';
import { resumeEvents } from '#webhooks/delivery/resume-events.ts';
import * as jobs from '#webhooks/webhooks.jobs.ts';

export const handler = scheduled(jobs.resumeWebhookEvents, resumeEvents);
