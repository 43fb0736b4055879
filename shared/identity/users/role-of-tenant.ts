import { invalidField } from '#kernel/domain-error.ts';
import { type PersonRole, type TenantType, USER_ROLES } from '#kernel/roles.ts';

/**
 * Refuses a role that the tenant's users can't have: operators are of the platform's own tenant alone, which has nobody else.
 * @throws DomainError `validation-failed`
 */
export function requireRoleOf(tenantType: TenantType, role: PersonRole | undefined): void {
  const isPlatform = tenantType === 'PLATFORM';
  if (role === undefined || isPlatform === (role === 'OPERATOR')) return;
  const possible = isPlatform ? 'OPERATOR' : `one of ${USER_ROLES.join(', ')}`;
  throw invalidField('/role', 'role-of-another-tenant', `must be ${possible} in this tenant`);
}
