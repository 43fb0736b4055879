import { rotateFieldKey } from '#identity/keys/keys.jobs.ts';
import { rotateFieldKey as rotate } from '#identity/keys/rotate-field-key.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(rotateFieldKey, ({ time }) => rotate(time));
