import * as jobs from '#payments/payments.jobs.ts';
import { orderEntitlements, PaymentRunMessage } from '#payments/runs/payment-run.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(
  jobs.continuePaymentRun,
  PaymentRunMessage,
  ({ message, requestId, remainingMs }) => orderEntitlements(message, requestId, remainingMs),
);
