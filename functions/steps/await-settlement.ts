import { awaitOutcome } from '#payments/execution/await-outcome.ts';
import { OutcomeInput } from '#payments/execution/step-inputs.ts';
import { awaitSettlement } from '#payments/payments.jobs.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(awaitSettlement, OutcomeInput, awaitOutcome);
