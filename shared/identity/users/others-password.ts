import { hashPassword } from '#identity/sign-in/password.ts';
import { refuseGuessable } from '#identity/sign-in/refuse-guessable.ts';
import { refuseOthersPassword } from '#identity/sign-in/refuse-others-password.ts';
import { getNames } from '#identity/tenants/tenant.repository.ts';
import type { TenantId } from '#kernel/ids.ts';
import { found } from '#platform/db/found.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { findUser } from './user.repository.ts';

/**
 * Returns the hash of a password that an ADMIN sets for a user, where the environment allows that.
 * @throws DomainError `validation-failed`, `not-found`
 */
export async function hashOthersPassword(
  password: string,
  { id, tenantId }: { readonly id: string; readonly tenantId: TenantId },
  tenantRead: <T>(work: (read: TenantRead) => Promise<T>) => Promise<T>,
): Promise<string> {
  refuseOthersPassword(password);
  const own = await tenantRead(async (read) => ({
    email: found(await findUser(read, id)).email,
    tenant: await getNames(read, tenantId),
  }));
  await refuseGuessable(password, own);
  return hashPassword(password);
}
