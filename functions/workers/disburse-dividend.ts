import { DividendMessage, disburseDividend as disburse } from '#disbursements/disburse-dividend.ts';
import { disburseDividend } from '#disbursements/disbursements.jobs.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(disburseDividend, DividendMessage, ({ message, requestId, remainingMs }) =>
  disburse(message, requestId, remainingMs),
);
