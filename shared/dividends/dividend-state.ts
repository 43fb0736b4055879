export const DIVIDEND_STATES = ['DECLARED', 'SNAPSHOT', 'PENDING', 'PAYING', 'PAID', 'CANCELLED'] as const;
export type DividendState = (typeof DIVIDEND_STATES)[number];

/**
 * Every legal step of a dividend, stated here alone. The database refuses all others (migrations/functions/guard_dividend.sql); a
 * test tries each pair there and holds the answer to this table.
 */
export const DIVIDEND_STEPS: Readonly<Record<DividendState, readonly DividendState[]>> = {
  DECLARED: ['SNAPSHOT', 'CANCELLED'],
  SNAPSHOT: ['PENDING', 'CANCELLED'],
  PENDING: ['PAYING', 'PAID', 'CANCELLED'],
  PAYING: ['PAID'],
  // A payment has come back after all.
  PAID: ['PAYING'],
  CANCELLED: [],
};

/** Whether a dividend can be cancelled: as long as no payment of it was sent. */
export function isCancellable(state: DividendState): boolean {
  return DIVIDEND_STEPS[state].includes('CANCELLED');
}

/** Whether the transactions of a dividend may be ordered. */
export function isPayable(state: DividendState): boolean {
  return state === 'PENDING' || state === 'PAYING';
}

/** Whether what a dividend owes may be adjusted: once all that it owes has a payment, and while it stands. */
export function isAdjustable(state: DividendState): boolean {
  return isPayable(state) || state === 'PAID';
}
