/** Returns the place that an account number is sealed for. */
export function numberPlace(accountId: string): string {
  return `bank_accounts/${accountId}/account_number`;
}
