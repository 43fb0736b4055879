import { releasePayment } from '#payments/execution/release-payment.ts';
import { ClaimInput } from '#payments/execution/step-inputs.ts';
import { claimPayment } from '#payments/payments.jobs.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(claimPayment, ClaimInput, releasePayment);
