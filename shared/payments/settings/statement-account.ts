/** The account whose statements are compared with the ledger, as it is kept: its number stands beside it, sealed. */
export interface StatementAccount {
  /** Another one than before whenever the number is another. */
  readonly id: string;
  readonly account_last4: string;
}

export interface KeptAccount {
  readonly statement_account: StatementAccount | null;
  readonly statement_number_sealed: string | null;
}

/** Returns the account as it may be shown. */
export function shownAccount(
  row: { readonly statement_account?: unknown } | undefined,
): Pick<StatementAccount, 'account_last4'> | null {
  const account = (row?.statement_account ?? null) as StatementAccount | null;
  return account === null ? null : { account_last4: account.account_last4 };
}

/** Returns the place that the account’s number is sealed for. */
export function statementPlace(tenantId: string): string {
  return `payment_settings/${tenantId}/statement_number`;
}
