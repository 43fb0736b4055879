import { scheduled } from '#platform/queue/scheduled.ts';
import { purgeExpired } from '#retention/purge-expired.ts';
import * as jobs from '#retention/retention.jobs.ts';

export const handler = scheduled(jobs.purgeExpired, ({ time, requestId, remainingMs }) =>
  purgeExpired(time, requestId, remainingMs),
);
