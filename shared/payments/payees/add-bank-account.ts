import type { z } from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { accountNumberLast4 } from '#payments/nacha/account-number.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import { type BankAccountRow, insertBankAccount, type Payee } from './bank-account.repository.ts';
import type { createShareholderBankAccount } from './bank-accounts.routes.ts';
import { findPayee } from './payee.ts';

/** Returns the place that an account number is sealed for. */
export function numberPlace(accountId: string): string {
  return `bank_accounts/${accountId}/account_number`;
}

/**
 * Adds an account of a payee who exists.
 * @throws DomainError `not-found`, `shareholder-closed`
 */
export async function addBankAccount(
  tx: TenantTx,
  payee: Payee,
  body: z.output<(typeof createShareholderBankAccount)['body']>,
  sealer: Sealer,
): Promise<BankAccountRow> {
  const { account_number, ...account } = body;
  if (found(await findPayee(tx, payee)).isClosed)
    throw new DomainError('shareholder-closed', 'A closed shareholder cannot be changed.');
  const id = uuidV7();
  return insertBankAccount(tx, {
    ...account,
    ...payee,
    id,
    account_number_sealed: sealer.seal(account_number, numberPlace(id)),
    account_last4: accountNumberLast4(account_number),
  });
}
