import { settlePayment } from '#disbursements/disbursements.jobs.ts';
import { SettleInput } from '#disbursements/payment-input.ts';
import { settlePayment as settle } from '#disbursements/settle-payment.ts';
import { step } from '#platform/queue/step.ts';

export const handler = step(settlePayment, SettleInput, settle);
