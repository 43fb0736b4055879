import { reconcilePayments } from '#disbursements/disbursements.jobs.ts';
import { reconcilePayments as reconcile } from '#disbursements/reconcile-payments.ts';
import { scheduled } from '#platform/queue/scheduled.ts';

export const handler = scheduled(reconcilePayments, ({ time, requestId, remainingMs }) =>
  reconcile(time, requestId, remainingMs),
);
