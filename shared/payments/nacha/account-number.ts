/** No account number has fewer digits, and more don't fit positions 13–29 of an entry. */
const ACCOUNT_NUMBER = /^\d{4,17}$/;

/** A DFI account number that we pay to: 4 to 17 ASCII digits. Leading zeros count; spaces and hyphens are refused. */
export function isAccountNumber(text: string): boolean {
  return ACCOUNT_NUMBER.test(text) && /[1-9]/.test(text);
}

/** The only part of an account number that may be shown or stored in the clear. */
export function accountNumberLast4(accountNumber: string): string {
  return accountNumber.slice(-4);
}
