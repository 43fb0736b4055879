import { scheduled } from '#platform/queue/scheduled.ts';
import { reportSecurityEvents } from '#webhooks/security/report-security.ts';
import * as jobs from '#webhooks/webhooks.jobs.ts';

export const handler = scheduled(jobs.reportSecurity, reportSecurityEvents);
