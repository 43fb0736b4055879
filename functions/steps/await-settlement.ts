import { awaitOutcome } from '#payments/execution/await-outcome.ts';
import { OutcomeInput } from '#payments/execution/step-inputs.ts';
import * as jobs from '#payments/payments.jobs.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(jobs.awaitSettlement, OutcomeInput, awaitOutcome);
