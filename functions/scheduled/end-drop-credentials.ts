import { scheduled } from '#platform/queue/scheduled.ts';
import { endCredentials } from '#uploads/drop/end-credentials.ts';
import * as jobs from '#uploads/uploads.jobs.ts';

export const handler = scheduled(jobs.endDropCredentials, endCredentials);
