import { exportAudit } from '#audit/audit.jobs.ts';
import { exportAudit as exportEntries } from '#audit/export-audit.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(exportAudit, ({ time, remainingMs }) => exportEntries(time, remainingMs));
