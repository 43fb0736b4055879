import { holdPayment, releaseToBank } from '#payments/execution/release-payment.ts';
import { ReleaseInput } from '#payments/execution/step-inputs.ts';
import * as jobs from '#payments/payments.jobs.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(jobs.releasePayment, ReleaseInput, releaseToBank, holdPayment);
