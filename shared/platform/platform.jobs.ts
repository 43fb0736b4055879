import { scheduledJob } from '#platform/queue/job.ts';

/** Publishes what a crash left in the outbox. */
export const sweepOutbox = scheduledJob({
  name: 'sweep-outbox',
  purpose: 'Publishes events that were not published after their commit',
  schedule: 'rate(1 minute)',
  uses: [
    'database:system',
    'eventBus:put',
    'disbursementMachine:start',
    'queue:payment-runs:send',
    'queue:report-exports:send',
    'queue:webhook-deliveries:send',
  ],
  timeoutSeconds: 50,
});

/** Publishes a new signing key, starts to sign with it later, and retires the old one after the longest token life. */
export const rotateSigningKeys = scheduledJob({
  name: 'rotate-signing-keys',
  purpose: 'Rotates the keys that sign access tokens',
  schedule: 'cron(0 2 1 * ? *)',
  uses: ['database:system', 'signingKeys:read', 'signingKeys:write'],
  timeoutSeconds: 60,
});
