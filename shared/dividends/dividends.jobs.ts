import { queueJob, scheduledJob } from '#platform/queue/job.ts';

/** Takes a dividend on to its next state: freezes positions, puts its holders on the queue, closes it. */
export const runDividend = queueJob({
  name: 'run-dividend',
  suspended: 'parks',
  purpose: 'Takes the record-date snapshot of a dividend, enqueues its holders, and completes it',
  queue: 'dividend-runs',
  source: 'code',
  uses: ['queue:dividends:send', 'eventBus:put'],
  batchSize: 1,
  tries: 5,
  foundBy: { rows: 'dividends whose next state is due', sweep: 'resume-dividends' },
  retryForHours: 12,
  maxConcurrency: 4,
  // Ten million holders are frozen in about a minute.
  timeoutSeconds: 600,
  memoryMb: 512,
});

/** Pays, or voids, the holders of one message. */
export const payDividend = queueJob({
  name: 'pay-dividend',
  suspended: 'parks',
  purpose: 'Writes the pending transactions of the holders in a message',
  queue: 'dividends',
  source: 'code',
  uses: ['queue:dividends:send', 'eventBus:put'],
  batchSize: 10,
  tries: 5,
  foundBy: { rows: 'dividend_chunks in QUEUED, VOIDING or FAILED', sweep: 'resume-dividends' },
  retryForHours: 12,
  // The database is the limit: more workers only wait for it.
  maxConcurrency: 4,
  timeoutSeconds: 60,
  memoryMb: 512,
});

export const takeDividendSnapshots = scheduledJob({
  name: 'take-dividend-snapshots',
  suspended: 'parks',
  purpose: 'Starts the dividends whose record date has closed',
  // Days end in every half hour of UTC, somewhere.
  schedule: 'rate(30 minutes)',
  uses: ['database:system', 'queue:dividend-runs:send'],
  timeoutSeconds: 60,
});

/** Nothing waits for it in good times: it closes paid dividends and finds what a crash left between commit and queue. */
export const resumeDividends = scheduledJob({
  name: 'resume-dividends',
  suspended: 'parks',
  purpose: 'Resumes dividends that a crash interrupted, and completes those whose payments have ended',
  schedule: 'rate(15 minutes)',
  uses: ['database:system', 'queue:dividend-runs:send'],
  timeoutSeconds: 60,
});
