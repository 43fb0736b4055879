import { TRANSACTION_EVENTS } from '#contracts/event-types.ts';
import { queueJob, scheduledJob } from '#platform/queue/job.ts';

/** Keeps the reporting tables up to date from the events on the bus. */
export const projectTransactions = queueJob({
  name: 'project-transactions',
  suspended: 'goes-on',
  purpose: 'Stores the transactions of events in the reporting tables',
  queue: 'reporting',
  source: { events: TRANSACTION_EVENTS },
  uses: [],
  batchSize: 10,
  tries: 8,
  foundBy: { rows: 'transactions that the reporting tables lack', sweep: 'rebuild-reporting' },
  retryForHours: 12,
  maxConcurrency: 5,
  timeoutSeconds: 60,
});

/** Repairs rows whose events were lost or that were changed by hand; as long as events arrive there is nothing to repair. */
export const rebuildReporting = scheduledJob({
  name: 'rebuild-reporting',
  suspended: 'goes-on',
  purpose: 'Compares the reporting tables with the ledger and repairs differences',
  schedule: 'cron(0 4 * * ? *)',
  uses: ['database:system'],
  timeoutSeconds: 840,
});
