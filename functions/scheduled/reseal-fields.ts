import { resealFields } from '#field-keys/field-keys.jobs.ts';
import { resealFields as reseal } from '#field-keys/reseal-fields.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(resealFields, ({ time, requestId, remainingMs }) =>
  reseal(time, requestId, remainingMs),
);
