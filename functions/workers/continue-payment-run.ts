import { disburseDividend } from '#payments/payments.jobs.ts';
import { DividendMessage, disburseDividend as disburse } from '#payments/runs/payment-run.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(disburseDividend, DividendMessage, ({ message, requestId, remainingMs }) =>
  disburse(message, requestId, remainingMs),
);
