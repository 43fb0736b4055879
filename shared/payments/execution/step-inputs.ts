import * as z from 'zod';

/** What the tasks of the state machine are given. */
export const PaymentInput = z.looseObject({
  tenant_id: z.uuid(),
  transaction_id: z.uuid(),
  request_id: z.string(),
});
/** Which execution asks, since when it runs, and when it asks; executions that are older than a release may not say. */
export const ClaimInput = PaymentInput.extend({
  execution: z.string().optional(),
  started_at: z.iso.datetime({ offset: true }).optional(),
  entered_at: z.iso.datetime({ offset: true }).optional(),
});
export const WaitingInput = PaymentInput.extend({ task_token: z.string() });
/** `bank_reference`: what the bank calls the payment, once it has taken the order. */
export const OutcomeInput = WaitingInput.extend({ bank_reference: z.string().nullish() });
/** `instruction` is sealed. */
export const SubmitInput = PaymentInput.extend({ instruction: z.string() });
/** What the bank has answered to an order, or to a question; `code` is why it was rejected or returned. */
export const BankAnswer = z.object({
  status: z.enum(['ACCEPTED', 'SETTLED', 'RETURNED', 'REJECTED', 'UNKNOWN']),
  code: z.string().nullable(),
  bank_reference: z.string().nullable(),
});
export const SettleInput = PaymentInput.extend({ answer: BankAnswer.optional() });

export type PaymentInput = Pick<z.infer<typeof PaymentInput>, 'tenant_id' | 'transaction_id' | 'request_id'>;
export type ClaimInput = PaymentInput &
  Pick<z.infer<typeof ClaimInput>, 'execution' | 'started_at' | 'entered_at'>;
export type WaitingInput = PaymentInput & Pick<z.infer<typeof WaitingInput>, 'task_token'>;
export type OutcomeInput = WaitingInput & Pick<z.infer<typeof OutcomeInput>, 'bank_reference'>;
export type SubmitInput = PaymentInput & Pick<z.infer<typeof SubmitInput>, 'instruction'>;
export type BankAnswer = z.infer<typeof BankAnswer>;
export type SettleInput = PaymentInput & Pick<z.infer<typeof SettleInput>, 'answer'>;
