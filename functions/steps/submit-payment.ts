import { submitToBank } from '#disbursements/bank-client.ts';
import { submitPayment } from '#disbursements/disbursements.jobs.ts';
import { SubmitInput } from '#disbursements/payment-input.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(submitPayment, SubmitInput, submitToBank);
