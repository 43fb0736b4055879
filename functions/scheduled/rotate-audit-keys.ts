import { rotateDigestKey } from '#audit/archive/audit-keys.ts';
import * as jobs from '#audit/audit.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(jobs.rotateAuditKeys, ({ time }) => rotateDigestKey(time));
