import { found } from '#platform/db/found.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Payee } from './payable-account.ts';

interface Paid {
  readonly shareholder_id: string | null;
  readonly plan_id: string | null;
}

/**
 * Returns the payee of a transaction.
 * @throws DomainError `not-found`
 */
export async function payeeOf(read: TenantRead, { shareholder_id, plan_id }: Paid): Promise<Payee> {
  if (shareholder_id !== null) return { shareholder_id };
  const { employee_id } = found(await findPlan(read, plan_id ?? ''));
  return { employee_id };
}

/** The plan that a distribution is taken from. */
export function findPlan(
  read: TenantRead,
  id: string,
): Promise<{ employee_id: string; currency: string } | undefined> {
  return read.selectFrom('plans').select(['employee_id', 'currency']).where('id', '=', id).executeTakeFirst();
}
