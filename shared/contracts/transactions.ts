/** The words for a transaction, which its events, the API, the ledger and reports share. */

/** DIVIDEND: a holder's entitlement. DISBURSE: any other payment. CONTRIBUTION: money that enters a plan. REVERSAL: what asks for the money of a payment back. */
export const TRANSACTION_TYPES = ['DIVIDEND', 'DISBURSE', 'CONTRIBUTION', 'REVERSAL'] as const;
export type TransactionType = (typeof TRANSACTION_TYPES)[number];

/** A transaction moves on from these. */
export const OPEN_STATUSES = ['PENDING', 'SENT'] as const;
/** A transaction has ended with these. */
export const ENDED_STATUSES = ['SETTLED', 'FAILED', 'CANCELLED'] as const;
export const TRANSACTION_STATUSES = [...OPEN_STATUSES, ...ENDED_STATUSES] as const;
export type TransactionStatus = (typeof TRANSACTION_STATUSES)[number];

/** A payment stands so: by its status, or by what that does not tell. Its money came back, a person has denied it, or an adjustment has taken its place. */
export const PAYMENT_STANDINGS = [...TRANSACTION_STATUSES, 'RETURNED', 'DENIED', 'ADJUSTED'] as const;
export type PaymentStanding = (typeof PAYMENT_STANDINGS)[number];

/**
 * A contribution comes from one of these: the employee's pay before tax (EMPLOYEE), as Roth, or after tax; the employer, by the plan's schedule (EMPLOYER) or vested
 * at once (SAFE_HARBOR); another plan (ROLLOVER).
 */
export const CONTRIBUTION_SOURCES = [
  'EMPLOYEE',
  'EMPLOYER',
  'ROTH',
  'AFTER_TAX',
  'SAFE_HARBOR',
  'ROLLOVER',
] as const;
export type ContributionSource = (typeof CONTRIBUTION_SOURCES)[number];
