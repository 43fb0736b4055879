import { applyBankStatus } from '#payments/execution/settle-payment.ts';
import { SettleInput } from '#payments/execution/step-inputs.ts';
import * as jobs from '#payments/payments.jobs.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(jobs.settlePayment, SettleInput, applyBankStatus);
