import { resealFields } from '#identity/keys/keys.jobs.ts';
import { resealFields as reseal } from '#identity/keys/reseal-fields.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(resealFields, ({ time, requestId, remainingMs }) =>
  reseal(time, requestId, remainingMs),
);
