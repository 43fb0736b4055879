import { rotateSigningKeys as rotate } from '#identity/keys/signing-keys.ts';
import { rotateSigningKeys } from '#platform/platform.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(rotateSigningKeys, ({ time }) => rotate(time));
