export type AccountType = 'checking' | 'savings';

/** Credits that move money (Nacha Operating Rules, Appendix Three, transaction code). */
export const CREDIT_CODES: Readonly<Record<AccountType, '22' | '32'>> = { checking: '22', savings: '32' };

/** Debits of the same accounts, by which a reversal takes back what was credited. */
export const DEBIT_CODES: Readonly<Record<AccountType, '27' | '37'>> = { checking: '27', savings: '37' };

/** Credits of no money by which a bank is asked whether it has the account. */
export const PRENOTE_CODES: Readonly<Record<AccountType, '23' | '33'>> = { checking: '23', savings: '33' };

/** Demand, savings, general ledger and loan accounts; automated accounting (8x) is not read. */
export function isTransactionCode(code: string): boolean {
  return /^[2-5][1-9]$/.test(code);
}

/** Codes ending in 1 to 4 count to a batch's credits, those ending in 5 to 9 to its debits. */
export function isCreditCode(code: string): boolean {
  return /[1-4]$/.test(code);
}

/** Codes ending in 1 (of a credit) and 6 (of a debit) are of returns and notifications of change. */
export function isReturnTransactionCode(code: string): boolean {
  return /[16]$/.test(code);
}

/** The account that a payment goes to by its code; undefined for general ledger and loan accounts. */
export function accountTypeOf(code: string): AccountType | undefined {
  if (code.startsWith('2')) return 'checking';
  return code.startsWith('3') ? 'savings' : undefined;
}
