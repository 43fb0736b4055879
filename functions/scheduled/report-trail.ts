import { scheduled } from '#platform/queue/scheduled.ts';
import { reportToWebhooks } from '#webhooks/trail/report-trail.ts';
import * as jobs from '#webhooks/webhooks.jobs.ts';

export const handler = scheduled(jobs.reportTrail, reportToWebhooks);
