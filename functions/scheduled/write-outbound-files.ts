import { writeAchFiles as write } from '#payments/files/write-outbound-files.ts';
import { writeAchFiles } from '#payments/payments.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(writeAchFiles, ({ time, requestId, remainingMs }) =>
  write(time, requestId, remainingMs),
);
