import { askBank as ask } from '#payments/bank/bank-client.ts';
import { PaymentInput } from '#payments/orders/payment-input.ts';
import { askBank } from '#payments/payments.jobs.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(askBank, PaymentInput, ask);
