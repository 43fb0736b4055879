import { claimPayment as claim } from '#disbursements/claim-payment.ts';
import { claimPayment } from '#disbursements/disbursements.jobs.ts';
import { ClaimInput } from '#disbursements/payment-input.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(claimPayment, ClaimInput, claim);
