import { writeAchFiles } from '#disbursements/disbursements.jobs.ts';
import { writeAchFiles as write } from '#disbursements/write-ach-files.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(writeAchFiles, ({ time, requestId, remainingMs }) =>
  write(time, requestId, remainingMs),
);
