import { awaitOutcome } from '#disbursements/await-outcome.ts';
import { awaitSettlement } from '#disbursements/disbursements.jobs.ts';
import { OutcomeInput } from '#disbursements/payment-input.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(awaitSettlement, OutcomeInput, awaitOutcome);
