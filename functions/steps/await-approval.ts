import { awaitDecision } from '#disbursements/await-decision.ts';
import { awaitApproval } from '#disbursements/disbursements.jobs.ts';
import { WaitingInput } from '#disbursements/payment-input.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(awaitApproval, WaitingInput, awaitDecision);
