/** Tenant types and user roles. `PLATFORM` is the reserved tenant of Vestry's own operators (docs/adr/0003). */
export const TENANT_TYPES = ['ISSUER', 'SPONSOR'] as const;
export type TenantType = (typeof TENANT_TYPES)[number] | 'PLATFORM';

export const USER_ROLES = ['ADMIN', 'EMPLOYEE', 'COMPLIANCE', 'OPS'] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** The roles that people can have: a tenant's, or that of the platform's own tenant. */
export const PERSON_ROLES = [...USER_ROLES, 'OPERATOR'] as const;
export type PersonRole = (typeof PERSON_ROLES)[number];

/** The roles that an API key can have. Only keys have DIRECTORY: they provision users (SCIM), and do nothing else. */
export const KEY_ROLES = ['OPS', 'COMPLIANCE', 'DIRECTORY'] as const;
export type KeyRole = (typeof KEY_ROLES)[number];
export type Role = PersonRole | KeyRole;
