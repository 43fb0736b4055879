/** The bank reports of a payment that it is settled, returned or refused, or that its account has changed. */
export const BANK_EVENT_KINDS = ['SETTLED', 'RETURNED', 'REJECTED', 'CORRECTED'] as const;
export type BankEventKind = (typeof BANK_EVENT_KINDS)[number];

/** A payment hears these: what the bank reports of it, and that a reversal has taken its money back. */
export const PAYMENT_EVENT_KINDS = [...BANK_EVENT_KINDS, 'REVERSED'] as const;
export type PaymentEventKind = (typeof PAYMENT_EVENT_KINDS)[number];

/** A payment that the bank has taken is in one of these. */
export const BANK_PAYMENT_STATUSES = ['ACCEPTED', 'SETTLED', 'RETURNED', 'REJECTED'] as const;
export type BankPaymentStatus = (typeof BANK_PAYMENT_STATUSES)[number];
