import { rotateSigningKeys } from '#identity/keys/keys.jobs.ts';
import { rotateSigningKeys as rotate } from '#identity/keys/signing-keys.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(rotateSigningKeys, ({ time }) => rotate(time));
