import { exportAudit as exportEntries } from '#audit/archive/export-audit.ts';
import { exportAudit } from '#audit/audit.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(exportAudit, ({ time, remainingMs }) => exportEntries(time, remainingMs));
