import { writeDueFiles } from '#payments/files/write-outbound-files.ts';
import * as jobs from '#payments/payments.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(jobs.writeOutboundFiles, ({ time, requestId, remainingMs }) =>
  writeDueFiles(time, requestId, remainingMs),
);
