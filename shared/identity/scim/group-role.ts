import type { UserRole } from '#kernel/roles.ts';

/** The groups that give a role, by name; whoever is in several has the first of these. Any other group gives nothing. */
const ROLES: readonly (readonly [name: string, role: UserRole])[] = [
  ['vestry-admin', 'ADMIN'],
  ['vestry-compliance', 'COMPLIANCE'],
  ['vestry-ops', 'OPS'],
  ['vestry-employee', 'EMPLOYEE'],
];

/** Returns the role that the groups of a user give; undefined: none of them gives one. */
export function roleOfGroups(names: readonly string[]): UserRole | undefined {
  const groups = new Set(names.map((name) => name.toLowerCase()));
  return ROLES.find(([name]) => groups.has(name))?.[1];
}
