import { scheduled } from '#platform/queue/scheduled.ts';
import { rebuildReporting } from '#reporting/projection/projection.jobs.ts';
import { rebuildReporting as rebuild } from '#reporting/projection/rebuild-reporting.ts';

export const handler = scheduled(rebuildReporting, ({ remainingMs }) => rebuild(remainingMs));
