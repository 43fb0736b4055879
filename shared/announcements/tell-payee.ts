import { tellByMail } from '#identity/notices/tell-by-mail.ts';
import { findEmployeeEmail } from '#identity/users/employee-email.ts';
import { findEnteredAccount } from '#payments/payees/entered-account.ts';
import { type Actor, tenantRead } from '#platform/db/tenant-tx.ts';
import { findHolderEmail } from '#register/holder-standing.ts';

/** Tells a payee whose address is known that an account was entered for them: whoever did may be somebody else. */
export async function tellPayee(actor: Actor, changeRequestId: string, accountId: string): Promise<void> {
  const found = await tenantRead(actor.tenantId, async (read) => {
    const account = await findEnteredAccount(read, accountId);
    if (account === undefined) return undefined;
    const { shareholder_id, employee_id } = account;
    const to =
      shareholder_id === null
        ? await findEmployeeEmail(read, employee_id ?? '')
        : await findHolderEmail(read, shareholder_id);
    return to === undefined ? undefined : { account, to };
  });
  if (found === undefined) return;
  const { account, to } = found;
  await tellByMail(actor, changeRequestId, `bank-accounts/${accountId}`, {
    ...{ kind: 'payee-account', to },
    ...{ at: account.created_at.toISOString(), last4: account.account_last4 },
  });
}
