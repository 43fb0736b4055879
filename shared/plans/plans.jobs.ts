import { queueJob, scheduledJob } from '#platform/queue/job.ts';

/** Vesting is by the month; the days after the first find what is left of it. */
export const scheduleVesting = scheduledJob({
  name: 'schedule-vesting',
  suspended: 'goes-on',
  purpose: 'Sends the plans whose vesting is older than this month to the workers',
  schedule: 'cron(0 3 * * ? *)',
  uses: ['database:system', 'queue:vesting:send'],
  timeoutSeconds: 300,
});

export const computeVesting = queueJob({
  name: 'compute-vesting',
  suspended: 'goes-on',
  purpose: 'Computes what has vested in a range of plans',
  queue: 'vesting',
  source: 'code',
  uses: [],
  batchSize: 1,
  tries: 5,
  foundBy: { rows: 'plans whose vested_as_of is before the month', sweep: 'schedule-vesting' },
  retryForHours: 12,
  maxConcurrency: 5,
  timeoutSeconds: 60,
});
