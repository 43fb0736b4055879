import { rotateFieldKey } from '#field-keys/field-keys.jobs.ts';
import { rotateFieldKey as rotate } from '#field-keys/rotate-field-key.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(rotateFieldKey, ({ time }) => rotate(time));
