import { releaseToBank } from '#payments/execution/release-payment.ts';
import { ReleaseInput } from '#payments/execution/step-inputs.ts';
import { releasePayment } from '#payments/payments.jobs.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(releasePayment, ReleaseInput, releaseToBank);
