import * as audit from '#audit/audit.jobs.ts';
import * as disbursements from '#disbursements/disbursements.jobs.ts';
import * as dividends from '#dividends/dividends.jobs.ts';
import * as fieldKeys from '#field-keys/field-keys.jobs.ts';
import * as mockBank from '#mock-bank/mock-bank.jobs.ts';
import * as plans from '#plans/plans.jobs.ts';
import * as platform from '#platform/platform.jobs.ts';
import type { Job } from '#platform/queue/job.ts';
import * as reporting from '#reporting/reporting.jobs.ts';
import * as reports from '#reports/reports.jobs.ts';
import * as retention from '#retention/retention.jobs.ts';
import * as uploads from '#uploads/uploads.jobs.ts';
import * as webhooks from '#webhooks/webhooks.jobs.ts';

/** A job with the file that runs it. */
export type JobEntry = Job & { readonly entry: string };

const specs: readonly Job[] = [
  uploads,
  plans,
  dividends,
  disbursements,
  platform,
  audit,
  fieldKeys,
  retention,
  reporting,
  reports,
  webhooks,
].flatMap((module) => Object.values(module));

const DIRECTORIES = { queue: 'workers', scheduled: 'scheduled', step: 'steps' } as const;

/** Every queue consumer, scheduled job and state machine task. Only lib, local, docs and tests import it. */
export const jobs: readonly JobEntry[] = [
  ...specs.map((job) => ({ ...job, entry: `functions/${DIRECTORIES[job.kind]}/${job.name}.ts` })),
  // Together with its routes, so that an environment without the mock bank is without all of it.
  ...Object.values(mockBank).map((job) => ({ ...job, entry: `functions/mock-bank/${job.name}.ts` })),
];
