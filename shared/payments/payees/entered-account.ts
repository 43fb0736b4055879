import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { type BankAccountRow, findBankAccount } from './bank-account.repository.ts';

/** The part of an account that its payee is told of. */
export type EnteredAccount = Pick<
  BankAccountRow,
  'account_last4' | 'created_at' | 'employee_id' | 'shareholder_id'
>;

export function findEnteredAccount(read: TenantRead, id: string): Promise<EnteredAccount | undefined> {
  return findBankAccount(read, id);
}
