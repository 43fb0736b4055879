import type { Role } from '#kernel/roles.ts';
import { found } from '#platform/db/found.ts';

interface Caller {
  readonly actorRole: Role;
  readonly employeeId: string | undefined;
}

/**
 * A plan that the caller may see: an EMPLOYEE's own, any of the tenant to the other roles.
 * @throws DomainError `not-found`
 */
export function ownPlan<P extends { readonly employee_id: string }>(
  { actorRole, employeeId }: Caller,
  plan: P | undefined,
): P {
  const isHidden = actorRole === 'EMPLOYEE' && plan?.employee_id !== employeeId?.normalize('NFC');
  return found(isHidden ? undefined : plan);
}
