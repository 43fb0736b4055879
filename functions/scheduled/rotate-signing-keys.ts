import * as jobs from '#identity/keys/keys.jobs.ts';
import { rotateSigningKeys } from '#identity/keys/signing-keys.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(jobs.rotateSigningKeys, ({ time }) => rotateSigningKeys(time));
