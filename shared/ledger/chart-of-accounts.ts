/** What an account is: its balance, debits − credits, is positive for an asset and negative for a liability. */
type AccountKind = 'asset' | 'liability' | 'equity';

/**
 * The chart of accounts, for every tenant and currency. The check `journal_accounts` (migrations/0004_ledger.sql) holds the same
 * names, so that no writer can post to another account; a test compares both.
 */
export const ACCOUNTS = {
  /** The issuer's money at its bank. */
  CASH: 'asset',
  /** What was distributed to holders out of the issuer's earnings. */
  DIVIDENDS_DECLARED: 'equity',
  /** What is owed to holders and was not sent. */
  DIVIDENDS_PAYABLE: 'liability',
  /** What was sent to payees and the bank has not confirmed. */
  IN_TRANSIT: 'liability',
  /** What came back from the bank after settlement, and is owed to its payees again. */
  RETURNS: 'liability',
  /** What a sponsor's plans hold. */
  PLAN_ASSETS: 'asset',
  /** What is owed to the employees in a sponsor's plans. */
  PLAN_OBLIGATIONS: 'liability',
} as const satisfies Readonly<Record<string, AccountKind>>;

export type Account = keyof typeof ACCOUNTS;

/** Why an entry was posted by code. The database posts the others itself, as statuses change (docs/adr/0007). */
export const BOOKINGS = {
  /** Money entered a plan, and is owed to the employee. */
  contribution: { debit: 'PLAN_ASSETS', credit: 'PLAN_OBLIGATIONS' },
  'contribution-reversed': { debit: 'PLAN_OBLIGATIONS', credit: 'PLAN_ASSETS' },
  /** The obligation to an employee ended, and goes back to the assets that covered it. */
  forfeited: { debit: 'PLAN_OBLIGATIONS', credit: 'PLAN_ASSETS' },
} as const satisfies Readonly<Record<string, { readonly debit: Account; readonly credit: Account }>>;

export type Booking = keyof typeof BOOKINGS;
