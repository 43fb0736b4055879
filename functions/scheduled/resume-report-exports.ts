import { scheduled } from '#platform/queue/scheduled.ts';
import * as jobs from '#reporting/exports/exports.jobs.ts';
import { resumeExports } from '#reporting/exports/resume-exports.ts';

export const handler = scheduled(jobs.resumeReportExports, (firing) => resumeExports(firing));
