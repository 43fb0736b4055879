import { askBank as ask } from '#disbursements/bank-client.ts';
import { askBank } from '#disbursements/disbursements.jobs.ts';
import { PaymentInput } from '#disbursements/payment-input.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(askBank, PaymentInput, ask);
