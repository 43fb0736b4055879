/** What the bank reports of a payment: that it is settled, returned, refused, or that its account has changed. */
export const BANK_EVENT_KINDS = ['SETTLED', 'RETURNED', 'REJECTED', 'CORRECTED'] as const;
export type BankEventKind = (typeof BANK_EVENT_KINDS)[number];

/** Where a payment stands at the bank that has taken it. */
export const BANK_PAYMENT_STATUSES = ['ACCEPTED', 'SETTLED', 'RETURNED', 'REJECTED'] as const;
export type BankPaymentStatus = (typeof BANK_PAYMENT_STATUSES)[number];
