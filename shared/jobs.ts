import * as announcements from '#announcements/announcements.jobs.ts';
import * as audit from '#audit/audit.jobs.ts';
import * as dividends from '#dividends/dividends.jobs.ts';
import * as clock from '#identity/clock/clock.jobs.ts';
import * as keys from '#identity/keys/keys.jobs.ts';
import * as notices from '#identity/notices/notices.jobs.ts';
import * as mail from '#mail/mail.jobs.ts';
import * as mockBank from '#payments/mock-bank/mock-bank.jobs.ts';
import * as payments from '#payments/payments.jobs.ts';
import * as plans from '#plans/plans.jobs.ts';
import * as outbound from '#platform/outbound/outbound.jobs.ts';
import type { Job } from '#platform/queue/job.ts';
import * as register from '#register/splits/corporate-actions.jobs.ts';
import * as exports from '#reporting/exports/exports.jobs.ts';
import * as projection from '#reporting/projection/projection.jobs.ts';
import * as retention from '#retention/retention.jobs.ts';
import * as uploads from '#uploads/uploads.jobs.ts';
import * as webhooks from '#webhooks/webhooks.jobs.ts';
import * as outbox from './outbox.jobs.ts';

/** A job with the file that runs it. */
export type JobEntry = Job & {
  readonly entry: string;
  /** Whether only a sandbox has it: an environment with the mock bank, in which no money moves. */
  readonly sandbox: boolean;
};

const specs: readonly Job[] = [
  register,
  uploads,
  plans,
  dividends,
  payments,
  outbound,
  outbox,
  audit,
  keys,
  retention,
  projection,
  exports,
  webhooks,
  mail,
  notices,
  announcements,
  mockBank,
  clock,
].flatMap((module) => Object.values(module));

const sandboxJobs: ReadonlySet<Job> = new Set([...Object.values(mockBank), ...Object.values(clock)]);

const DIRECTORIES = { queue: 'workers', scheduled: 'scheduled', step: 'steps', called: 'called' } as const;

/** Every queue consumer, scheduled job, state machine task and called function. Only lib, local, docs and tests import it. */
export const jobs: readonly JobEntry[] = [
  ...specs.map((job) => ({
    ...job,
    entry: `functions/${DIRECTORIES[job.kind]}/${job.name}.ts`,
    sandbox: sandboxJobs.has(job),
  })),
];
