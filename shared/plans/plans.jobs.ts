import { queueJob, scheduledJob } from '#platform/queue/job.ts';

/** Once a month; a month that was missed is made good by the next, since vesting is computed from the schedule's start. */
export const scheduleVesting = scheduledJob({
  name: 'schedule-vesting',
  suspended: 'goes-on',
  purpose: 'Sends the plans whose vesting is older than this month to the workers',
  schedule: 'cron(0 3 1 * ? *)',
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
  retryForHours: 12,
  maxConcurrency: 5,
  timeoutSeconds: 60,
});
