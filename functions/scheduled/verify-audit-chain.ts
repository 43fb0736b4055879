import * as jobs from '#audit/audit.jobs.ts';
import { verifyYesterday } from '#audit/verification/verify-yesterday.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(jobs.verifyAuditChain, ({ time }) => verifyYesterday(time));
