import * as z from 'zod';
import { tenantId } from '#kernel/fields.ts';
import { BANK_PAYMENT_STATUSES } from '#payments/bank/bank-event-kind.ts';

/** The input of the state machine's tasks. */
export const PaymentInput = z.looseObject({
  tenant_id: tenantId,
  transaction_id: z.uuid(),
  request_id: z.string(),
});
/** The execution that asks, when it started, and when it asks; executions that are older than a release may leave this out. */
export const ReleaseInput = PaymentInput.extend({
  execution: z.string().optional(),
  started_at: z.iso.datetime({ offset: true }).optional(),
  entered_at: z.iso.datetime({ offset: true }).optional(),
});
export const WaitingInput = PaymentInput.extend({ task_token: z.string() });
/** `bank_reference`: what the bank calls the payment, once it has taken the order. */
export const OutcomeInput = WaitingInput.extend({ bank_reference: z.string().nullish() });
/** `instruction` is sealed. */
export const SubmitInput = PaymentInput.extend({ instruction: z.string() });
/** The state of a payment at the bank, as the bank reports it when the payment is sent or asked for; `UNKNOWN` if the bank has never had it. `code` is the reason of a rejection or return. */
export const BankStatus = z.object({
  status: z.enum([...BANK_PAYMENT_STATUSES, 'UNKNOWN']),
  code: z.string().nullable(),
  bank_reference: z.string().nullable(),
});
export const SettleInput = PaymentInput.extend({ bank: BankStatus.optional() });

export type PaymentInput = Pick<z.infer<typeof PaymentInput>, 'tenant_id' | 'transaction_id' | 'request_id'>;
export type ReleaseInput = PaymentInput &
  Pick<z.infer<typeof ReleaseInput>, 'execution' | 'started_at' | 'entered_at'>;
export type WaitingInput = PaymentInput & Pick<z.infer<typeof WaitingInput>, 'task_token'>;
export type OutcomeInput = WaitingInput & Pick<z.infer<typeof OutcomeInput>, 'bank_reference'>;
export type SubmitInput = PaymentInput & Pick<z.infer<typeof SubmitInput>, 'instruction'>;
export type BankStatus = z.infer<typeof BankStatus>;
export type SettleInput = PaymentInput & Pick<z.infer<typeof SettleInput>, 'bank'>;
