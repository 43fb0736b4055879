import type { Person } from './identity-provider.ts';

/** The groups of a demo tenant at the provider, and the roles that they give. */
export function demoRoleMap(slug: string) {
  return [
    { claim: 'groups', value: `${slug}-operations`, role: 'OPS' },
    { claim: 'groups', value: `${slug}-employees`, role: 'EMPLOYEE' },
  ] as const;
}

/** The employee who signs in at the provider has plans in the demo. */
const EMPLOYEE_ID = 'E-1002';

/** The people of a demo tenant at the provider: one whose role a second person has to grant, and one who comes in by the group alone. */
export function demoPeople(slug: string): readonly [operations: Person, employee: Person] {
  const person = (name: string, group: string, claims: object): Person => ({
    id: `${slug}-${name}`,
    email: `${name}@${slug}.example`,
    claims: {
      email: `${name}@${slug}.example`,
      email_verified: true,
      groups: [`${slug}-${group}`],
      ...claims,
    },
    amr: ['pwd', 'mfa'],
  });
  return [person('olga', 'operations', {}), person('emil', 'employees', { employee_id: EMPLOYEE_ID })];
}

/** The claims that the provider sends of them. */
export const DEMO_CLAIMS = ['email', 'email_verified', 'groups', 'employee_id'] as const;
