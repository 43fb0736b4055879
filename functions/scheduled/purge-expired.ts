import { scheduled } from '#platform/queue/scheduled.ts';
import { purgeExpired as purge } from '#retention/purge-expired.ts';
import { purgeExpired } from '#retention/retention.jobs.ts';

export const handler = scheduled(purgeExpired, ({ time, requestId, remainingMs }) =>
  purge(time, requestId, remainingMs),
);
