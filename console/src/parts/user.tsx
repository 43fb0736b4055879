import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Row } from '../api/routes.ts';

type User = Row<'GET /users'>;
export type UserRole = Exclude<User['role'], 'OPERATOR'>;

export const USER_LOOKS: Readonly<Record<User['status'], StatusIndicatorProps.Type>> = {
  ACTIVE: 'success',
  INVITED: 'pending',
  DISABLED: 'stopped',
};

const ROLES: Readonly<Record<UserRole, { readonly label: string; readonly description: string }>> = {
  ADMIN: { label: 'Admin', description: 'Enters, decides, and says who else may' },
  OPS: { label: 'Ops', description: 'Enters what others approve' },
  COMPLIANCE: { label: 'Compliance', description: 'Decides, and reads everything' },
  EMPLOYEE: { label: 'Employee', description: 'Sees their own plans' },
};

export const ROLE_OPTIONS = (Object.keys(ROLES) as UserRole[]).map((value) => ({ value, ...ROLES[value] }));
