import * as dividends from '#dividends/dividends.jobs.ts';
import * as plans from '#plans/plans.jobs.ts';
import * as platform from '#platform/platform.jobs.ts';
import type { Job } from '#platform/queue/job.ts';
import * as uploads from '#uploads/uploads.jobs.ts';

/** A job with the file that runs it. */
export type JobEntry = Job & { readonly entry: string };

const specs: readonly Job[] = [uploads, plans, dividends, platform].flatMap((module) =>
  Object.values(module),
);

/** Every queue consumer and scheduled job. Only lib, local, docs and tests import it. */
export const jobs: readonly JobEntry[] = specs.map((job) => ({
  ...job,
  entry: `functions/${job.kind === 'queue' ? 'workers' : 'scheduled'}/${job.name}.ts`,
}));
