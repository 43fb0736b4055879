import * as z from 'zod';
import { idOut, instantOut } from '#kernel/fields.ts';

const Corrected = z.object({
  routing_number: z.string(),
  account_last4: z.string(),
  account_type: z.string(),
});

/** A notification of change, as the payment that it answers and the account that it corrects show it. */
export const NotificationOfChange = z.object({
  id: idOut,
  /** The payment that it answers; null where it answers a prenote. */
  transaction_id: idOut.nullable(),
  bank_account_id: idOut,
  code: z.string(),
  /** Nacha’s meaning of the code. */
  meaning: z.string().nullable(),
  /** False where it corrects nothing of the account, or by data that can’t be used: ask the bank, or the payee. */
  applied: z.boolean(),
  /** The account before and after it. */
  before: Corrected,
  after: Corrected,
  noted_at: instantOut,
});
