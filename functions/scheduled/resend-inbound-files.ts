import { resendInboundFiles } from '#payments/files/resend-inbound-files.ts';
import * as jobs from '#payments/payments.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(jobs.resendInboundFiles, resendInboundFiles);
