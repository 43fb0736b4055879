import { queueJob } from '#platform/queue/job.ts';

/** The mock bank calls back: a message for each callback, due when it is delivered. Like a bank, it reaches the API from the internet. */
export const sendBankCallbacks = queueJob({
  name: 'send-bank-callbacks',
  suspended: 'goes-on',
  purpose: 'Sends the callbacks of the mock bank',
  queue: 'mock-bank-callbacks',
  source: 'code',
  database: false,
  uses: ['mockBank:play'],
  batchSize: 10,
  tries: 6,
  foundBy: { rows: 'payment_orders in SENT without a bank event', sweep: 'reconcile-payments' },
  retryForHours: 12,
  maxConcurrency: 5,
  timeoutSeconds: 30,
});
