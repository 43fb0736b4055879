import { awaitDecision } from '#payments/execution/await-decision.ts';
import { WaitingInput } from '#payments/execution/step-inputs.ts';
import * as jobs from '#payments/payments.jobs.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(jobs.awaitApproval, WaitingInput, awaitDecision);
