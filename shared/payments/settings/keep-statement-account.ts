import type { z } from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { accountNumberLast4 } from '#payments/nacha/account-number.ts';
import { accountKey } from '#payments/statements/statement.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import { findSettings } from './payment-settings.repository.ts';
import type { setPaymentSettings } from './payment-settings.routes.ts';
import { type KeptAccount, type StatementAccount, statementPlace } from './statement-account.ts';

type Entered = z.output<(typeof setPaymentSettings)['body']>['statement_account'];

/**
 * Seals the number of the account whose statements are read. One that is left out, or the same again, stays as it is sealed.
 * @throws DomainError `validation-failed` where a number is left out and none is set
 */
export async function keptStatementAccount(
  tx: TenantTx,
  tenantId: string,
  entered: Entered,
  sealer: Sealer | undefined,
): Promise<KeptAccount> {
  if (entered === undefined) return { statement_account: null, statement_number_sealed: null };
  const current = await findSettings(tx);
  const sealed = current?.statement_number_sealed ?? undefined;
  const account = (current?.statement_account ?? undefined) as StatementAccount | undefined;
  const { account_number } = entered;
  if (account_number === undefined || sealer === undefined) {
    if (account !== undefined && sealed !== undefined)
      return { statement_account: account, statement_number_sealed: sealed };
    throw invalidField('/statement_account/account_number', 'required', 'is required');
  }
  const place = statementPlace(tenantId);
  if (account !== undefined && sealed !== undefined)
    if (accountKey(sealer.open(sealed, place)) === accountKey(account_number))
      return { statement_account: account, statement_number_sealed: sealed };
  return {
    statement_account: { id: uuidV7(), account_last4: accountNumberLast4(account_number) },
    statement_number_sealed: sealer.seal(account_number, place),
  };
}
