import { scheduled } from '#platform/queue/scheduled.ts';
import * as jobs from '#reporting/projection/projection.jobs.ts';
import { rebuildReporting } from '#reporting/projection/rebuild-reporting.ts';

export const handler = scheduled(jobs.rebuildReporting, ({ remainingMs }) => rebuildReporting(remainingMs));
