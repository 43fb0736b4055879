import { queueJob } from '#platform/queue/job.ts';

/** The jobs of the day come by themselves; in a sandbox nobody waits for the next morning. */
export const followClock = queueJob({
  name: 'follow-clock',
  suspended: 'goes-on',
  purpose: 'Runs what is due once a tenant of a sandbox has moved its clock',
  queue: 'clock-moves',
  source: 'code',
  uses: [
    'database:system',
    'eventBus:put',
    'disbursementMachine:start',
    'disbursementMachine:report',
    'queue:dividend-runs:send',
    'queue:payment-runs:send',
    'queue:vesting:send',
  ],
  batchSize: 1,
  tries: 3,
  foundBy: {
    rows: 'what is due by the clock of a tenant, as each job finds it by itself',
    sweep: 'schedule-vesting',
  },
  retryForHours: 12,
  maxConcurrency: 2,
  // A large register is split by itself, and takes minutes.
  timeoutSeconds: 900,
});
