import { found } from '#platform/db/found.ts';
import type { Principal } from '#platform/http/authorize.ts';

/**
 * A plan that the caller may see: an EMPLOYEE's own, any of the tenant to the other roles.
 * @throws DomainError `not-found`
 */
export function ownPlan<P extends { readonly employee_id: string }>(
  { actorRole, employeeId }: Pick<Principal, 'actorRole' | 'employeeId'>,
  plan: P | undefined,
): P {
  const isHidden = actorRole === 'EMPLOYEE' && plan?.employee_id !== employeeId?.normalize('NFC');
  return found(isHidden ? undefined : plan);
}
