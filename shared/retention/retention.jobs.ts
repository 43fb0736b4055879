import { scheduledJob } from '#platform/queue/job.ts';

/** What a run leaves for want of time, the next takes up. */
export const purgeExpired = scheduledJob({
  name: 'purge-expired',
  purpose: 'Erases what its retention period is over for, unless a legal hold keeps it',
  schedule: 'cron(0 4 * * ? *)',
  uses: ['database:system', 'retentionPolicy:read'],
  timeoutSeconds: 900,
});
