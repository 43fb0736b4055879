import { scheduled } from '#platform/queue/scheduled.ts';
import { sendUnfinished } from '#uploads/intake/resume-uploads.ts';
import * as jobs from '#uploads/uploads.jobs.ts';

export const handler = scheduled(jobs.resumeUploads, (firing) => sendUnfinished(firing));
