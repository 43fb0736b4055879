import * as jobs from '#identity/keys/keys.jobs.ts';
import { rotateFieldKey } from '#identity/keys/rotate-field-key.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(jobs.rotateFieldKey, ({ time }) => rotateFieldKey(time));
