import * as jobs from '#identity/keys/keys.jobs.ts';
import { resealFields } from '#identity/keys/reseal-fields.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(jobs.resealFields, ({ time, requestId, remainingMs }) =>
  resealFields(time, requestId, remainingMs),
);
