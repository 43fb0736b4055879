import { writeDueFiles } from '#payments/files/write-outbound-files.ts';
import { writeOutboundFiles } from '#payments/payments.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(writeOutboundFiles, ({ time, requestId, remainingMs }) =>
  writeDueFiles(time, requestId, remainingMs),
);
