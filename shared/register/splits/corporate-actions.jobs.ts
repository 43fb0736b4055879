import { scheduledJob } from '#platform/queue/job.ts';

/** Nobody changes positions of a class as of the day of its split until this has run. */
export const applySplits = scheduledJob({
  name: 'apply-splits',
  suspended: 'parks',
  purpose: 'Applies the splits whose day has begun, and reverses those whose reversal was approved',
  schedule: 'rate(5 minutes)',
  uses: ['database:system', 'eventBus:put'],
  // A million holders take about a minute.
  timeoutSeconds: 600,
});
