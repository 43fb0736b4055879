import { continuePaymentRun } from '#payments/payments.jobs.ts';
import { orderEntitlements, PaymentRunMessage } from '#payments/runs/payment-run.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(
  continuePaymentRun,
  PaymentRunMessage,
  ({ message, requestId, remainingMs }) => orderEntitlements(message, requestId, remainingMs),
);
