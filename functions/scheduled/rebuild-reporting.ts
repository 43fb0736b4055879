import { scheduled } from '#platform/queue/scheduled.ts';
import { rebuildReporting as rebuild } from '#reporting/rebuild-reporting.ts';
import { rebuildReporting } from '#reporting/reporting.jobs.ts';

export const handler = scheduled(rebuildReporting, ({ remainingMs }) => rebuild(remainingMs));
