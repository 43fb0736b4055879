import { scheduledJob } from '#platform/queue/job.ts';

/**
 * Publishes what a crash left in the outbox. Its rights follow from what every domain may put there, so it stands above the
 * domains, beside the table of jobs.
 */
export const sweepOutbox = scheduledJob({
  name: 'sweep-outbox',
  runbook: 'dlq-redrive',
  suspended: 'goes-on',
  purpose: 'Publishes events that were not published after their commit',
  schedule: 'rate(1 minute)',
  uses: [
    'database:system',
    'eventBus:put',
    'disbursementMachine:start',
    'queue:mails:send',
    'queue:payment-runs:send',
    'queue:report-exports:send',
    'queue:uploads:send',
    'queue:webhook-deliveries:send',
  ],
  timeoutSeconds: 50,
});
