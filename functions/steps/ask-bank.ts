import { queryPayment } from '#payments/bank/bank-client.ts';
import { PaymentInput } from '#payments/execution/step-inputs.ts';
import * as jobs from '#payments/payments.jobs.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(jobs.askBank, PaymentInput, queryPayment);
