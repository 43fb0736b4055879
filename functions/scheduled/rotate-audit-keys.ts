import { rotateDigestKey } from '#audit/archive/audit-keys.ts';
import { rotateAuditKeys } from '#audit/audit.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(rotateAuditKeys, ({ time }) => rotateDigestKey(time));
