import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { type BankAccountRow, findBankAccount, listAccountsOfFile } from './bank-account.repository.ts';

/** The part of an account that its payee is told of. */
export type EnteredAccount = Pick<
  BankAccountRow,
  'account_last4' | 'created_at' | 'employee_id' | 'shareholder_id'
>;

export function findEnteredAccount(read: TenantRead, id: string): Promise<EnteredAccount | undefined> {
  return findBankAccount(read, id);
}

/** Lists the ids of accounts that came by a file, behind one of them. */
export function listFiledAccounts(
  read: TenantRead,
  uploadId: string,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  return listAccountsOfFile(read, uploadId, after, limit);
}
