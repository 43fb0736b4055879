import { DomainError } from '#kernel/domain-error.ts';

/** Payees’ bank accounts are accounts at banks of the United States, whichever channel pays into them. */
export const ACCOUNT_CURRENCY = 'USD';

export function isAccountCurrency(currency: string): boolean {
  return currency === ACCOUNT_CURRENCY;
}

/** @throws DomainError `currency-mismatch` */
export function checkAccountCurrency(currency: string): void {
  if (!isAccountCurrency(currency))
    throw new DomainError(
      'currency-mismatch',
      `Payees’ accounts take ${ACCOUNT_CURRENCY}, not ${currency}: pay it elsewhere, or declare it in ${ACCOUNT_CURRENCY}.`,
    );
}
