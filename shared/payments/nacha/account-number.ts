/** No account number has fewer digits, and more don't fit positions 13–29 of an entry. */
const ACCOUNT_NUMBER = /^\d{4,17}$/;

/** A DFI account number that we pay to: 4 to 17 ASCII digits. Leading zeros count; spaces and hyphens are refused. */
export function isAccountNumber(text: string): boolean {
  return ACCOUNT_NUMBER.test(text) && /[1-9]/.test(text);
}

/**
 * A number that a bank itself gives us: a hyphen, which stands on cheques as a dash, may be part of it, and is written as it stands (Nacha Operating Rules,
 * Appendix Three, DFI account number).
 */
export function isBanksAccountNumber(text: string): boolean {
  return (
    /^[\d-]{4,17}$/.test(text) && /^\d(?:-?\d)*$/.test(text) && isAccountNumber(text.replaceAll('-', ''))
  );
}

/** The only part of an account number that may be shown or stored in the clear. */
export function accountNumberLast4(accountNumber: string): string {
  return accountNumber.replaceAll('-', '').slice(-4);
}
