import { scheduledJob } from '#platform/queue/job.ts';

/** The next run takes up what a run leaves for lack of time. */
export const purgeExpired = scheduledJob({
  name: 'purge-expired',
  suspended: 'goes-on',
  purpose: 'Erases records whose retention period has ended, unless a legal hold keeps them',
  schedule: 'cron(0 4 * * ? *)',
  uses: ['database:system', 'retentionPolicy:read'],
  timeoutSeconds: 900,
});
