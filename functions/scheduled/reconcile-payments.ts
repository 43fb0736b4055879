import { reconcileStuckPayments } from '#payments/execution/reconcile-payments.ts';
import { reconcilePayments } from '#payments/payments.jobs.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(reconcilePayments, ({ time, requestId, remainingMs }) =>
  reconcileStuckPayments(time, requestId, remainingMs),
);
