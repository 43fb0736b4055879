import { rotateAuditKeys } from '#audit/audit.jobs.ts';
import { rotateDigestKey } from '#audit/audit-keys.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(rotateAuditKeys, ({ time }) => rotateDigestKey(time));
