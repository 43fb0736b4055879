import { queueJob, scheduledJob, stepJob } from '#platform/queue/job.ts';

const step = {
  machine: 'disbursement',
  timeoutSeconds: 30,
  foundBy: { rows: 'payment_orders in PENDING or SENT', sweep: 'reconcile-payments' },
} as const;

/** Looks where a payment stands, and lets it go to the bank when everything is in order. */
export const releasePayment = stepJob({
  name: 'release-payment',
  suspended: 'parks',
  purpose: 'Checks a payment and releases it to the bank',
  ...step,
  uses: ['bank:terms', 'fieldKey:use', 'eventBus:put', 'disbursementMachine:start'],
});

export const awaitApproval = stepJob({
  name: 'await-approval',
  suspended: 'goes-on',
  purpose: 'Stores the token by which an approval wakes the execution',
  ...step,
  uses: ['disbursementMachine:report'],
});

/** Runs outside the network, from where the bank is reached. */
export const submitPayment = stepJob({
  name: 'submit-payment',
  suspended: 'goes-on',
  purpose: 'Orders a payment from the bank',
  ...step,
  database: false,
  uses: ['fieldKey:use', 'bank:call'],
});

export const awaitSettlement = stepJob({
  name: 'await-settlement',
  suspended: 'goes-on',
  purpose: 'Marks a payment as sent and stores the token by which the outcome wakes its execution',
  ...step,
  uses: ['eventBus:put', 'disbursementMachine:report'],
});

export const askBank = stepJob({
  name: 'ask-bank',
  suspended: 'goes-on',
  purpose: 'Asks the bank for the state of a payment',
  ...step,
  database: false,
  uses: ['bank:call'],
});

export const settlePayment = stepJob({
  name: 'settle-payment',
  suspended: 'goes-on',
  purpose: 'Applies bank events to a payment',
  ...step,
  uses: ['eventBus:put', 'disbursementMachine:start'],
});

/** Orders the payments of a dividend, in chunks, each in its transaction. */
export const continuePaymentRun = queueJob({
  name: 'continue-payment-run',
  suspended: 'parks',
  purpose: 'Orders all payments of a dividend',
  queue: 'payment-runs',
  source: 'code',
  uses: ['bank:terms', 'eventBus:put', 'disbursementMachine:start', 'queue:payment-runs:send'],
  batchSize: 1,
  tries: 5,
  foundBy: { rows: 'payment_runs in RUNNING', sweep: 'reconcile-payments' },
  retryForHours: 12,
  maxConcurrency: 2,
  timeoutSeconds: 300,
});

/** Goes on with what a crash, a full queue or a silent bank has left. */
export const reconcilePayments = scheduledJob({
  name: 'reconcile-payments',
  runbook: 'stuck-disbursement',
  suspended: 'goes-on',
  purpose: 'Finds payments that are stuck, and restarts them',
  schedule: 'rate(5 minutes)',
  uses: [
    'database:system',
    'eventBus:put',
    'disbursementMachine:start',
    'disbursementMachine:report',
    'queue:payment-runs:send',
  ],
  timeoutSeconds: 240,
});

/** Half an hour before the same-day windows of FedACH, and in the evening for the next day; Eastern is UTC-4 or UTC-5. */
export const writeOutboundFiles = scheduledJob({
  name: 'write-outbound-files',
  suspended: 'parks',
  purpose: 'Writes the released payments of each tenant to a file for its bank',
  schedule: 'cron(0 14,18,20,23 ? * MON-FRI *)',
  uses: [
    'database:system',
    'fieldKey:use',
    'outboundFiles:write',
    'eventBus:put',
    'disbursementMachine:report',
  ],
  timeoutSeconds: 600,
  memoryMb: 1024,
});

/** Reads the returns, notifications of change and statements that the bank drops. A statement’s tree takes some hundred megabytes. */
export const readInboundFiles = queueJob({
  name: 'read-inbound-files',
  suspended: 'goes-on',
  purpose: 'Applies the returns, notifications of change and statements that a bank has sent',
  queue: 'inbound-files',
  source: { bucket: 'uploads', prefixes: ['ach/inbound/'] },
  uses: [
    'inboundFiles:read',
    'fieldKey:use',
    'eventBus:put',
    'disbursementMachine:start',
    'disbursementMachine:report',
  ],
  batchSize: 1,
  tries: 5,
  foundBy: { rows: 'files under ach/inbound/, a day later', sweep: 'resend-inbound-files' },
  retryForHours: 12,
  maxConcurrency: 2,
  timeoutSeconds: 300,
  memoryMb: 1024,
});

/** Finds files of the bank whose message is lost. */
export const resendInboundFiles = scheduledJob({
  name: 'resend-inbound-files',
  suspended: 'goes-on',
  purpose: 'Puts the files that the bank brought the day before on the queue again',
  schedule: 'rate(1 day)',
  uses: ['inboundFiles:read', 'queue:inbound-files:send'],
  timeoutSeconds: 300,
});
