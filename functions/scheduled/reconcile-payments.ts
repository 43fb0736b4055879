import { reconcileStuckPayments } from '#payments/execution/reconcile-payments.ts';
import * as jobs from '#payments/payments.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(jobs.reconcilePayments, ({ time, requestId, remainingMs }) =>
  reconcileStuckPayments(time, requestId, remainingMs),
);
