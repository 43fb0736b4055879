import { exportAudit } from '#audit/archive/export-audit.ts';
import * as jobs from '#audit/audit.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(jobs.exportAudit, ({ time, remainingMs }) => exportAudit(time, remainingMs));
