/** The kind says how a balance, debits − credits, reads: it is positive for an asset and negative for a liability. */
type AccountKind = 'asset' | 'liability' | 'equity';

/**
 * The chart of accounts, for every tenant and currency. The check `journal_accounts` (migrations/0004_ledger.sql) holds the same
 * names, so that no writer can post to another account; a test compares both.
 */
export const ACCOUNTS = {
  /** The issuer's money lies here, at its bank. */
  CASH: 'asset',
  /** This is what the issuer distributed to holders out of its earnings. */
  DIVIDENDS_DECLARED: 'equity',
  /** The issuer owes this to holders, and has not sent it. */
  DIVIDENDS_PAYABLE: 'liability',
  /** The issuer paid this to holders whom no dividend owes it, by an order of its own. */
  OTHER_DISBURSEMENTS: 'equity',
  /** This was sent to payees, and the bank has not confirmed it. */
  IN_TRANSIT: 'liability',
  /** This came back from the bank after settlement, and is owed to its payees again. */
  RETURNS: 'liability',
  /** The issuer withheld this from dividends, and owes it to the tax authority. */
  TAX_WITHHELD: 'liability',
  /** A sponsor's plans hold this. */
  PLAN_ASSETS: 'asset',
  /** A sponsor's plans owe this to their employees. */
  PLAN_OBLIGATIONS: 'liability',
  /** Employees have forfeited this. It stays in the plans, and pays contributions of the employer. */
  FORFEITURES: 'liability',
} as const satisfies Readonly<Record<string, AccountKind>>;

export type Account = keyof typeof ACCOUNTS;

/** Journal entries of these reasons are posted by code. The database posts the others itself, as statuses change (docs/adr/0007). */
export const ENTRIES = {
  /** Money entered a plan, and is owed to the employee. */
  contribution: { debit: 'PLAN_ASSETS', credit: 'PLAN_OBLIGATIONS' },
  'contribution-reversed': { debit: 'PLAN_OBLIGATIONS', credit: 'PLAN_ASSETS' },
} as const satisfies Readonly<Record<string, { readonly debit: Account; readonly credit: Account }>>;

export type EntryReason = keyof typeof ENTRIES;
