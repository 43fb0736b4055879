import { expect, test } from 'vitest';
import { USER_ROLES, type UserRole } from '#kernel/roles.ts';
import { isGrant, needsSecondPerson } from './privilege.ts';

const user = (role: UserRole, status: 'ACTIVE' | 'DISABLED' = 'ACTIVE') => ({ id: 'u', role, status });

test('every role but EMPLOYEE is granted to a new user by two', () => {
  expect(USER_ROLES.filter((role) => isGrant(undefined, role)).sort()).toEqual([
    'ADMIN',
    'COMPLIANCE',
    'OPS',
  ]);
});

test('a role is taken away by one, and given by two', () => {
  const controlled = USER_ROLES.flatMap((before) =>
    USER_ROLES.filter((role) => needsSecondPerson(user(before), { role }, 'a')).map(
      (role) => `${before} → ${role}`,
    ),
  );
  expect(controlled.sort()).toEqual(
    [
      'ADMIN → COMPLIANCE',
      'COMPLIANCE → ADMIN',
      'COMPLIANCE → OPS',
      'EMPLOYEE → ADMIN',
      'EMPLOYEE → COMPLIANCE',
      'EMPLOYEE → OPS',
      'OPS → ADMIN',
      'OPS → COMPLIANCE',
    ].sort(),
  );
});

test('a password of a privileged user is set by two, whether or not the user is disabled, and one’s own by oneself', () => {
  const password = { password_hash: 'h' };
  for (const role of ['ADMIN', 'COMPLIANCE', 'OPS'] as const) {
    expect(needsSecondPerson(user(role), password, 'a')).toBe(true);
    expect(needsSecondPerson(user(role, 'DISABLED'), password, 'a')).toBe(true);
    expect(needsSecondPerson(user(role), password, 'u')).toBe(false);
    expect(needsSecondPerson(user(role), { status: 'DISABLED' }, 'a')).toBe(false);
    expect(needsSecondPerson(user(role, 'DISABLED'), { status: 'ACTIVE' }, 'a')).toBe(true);
    expect(needsSecondPerson(user(role), { ...password, role: 'EMPLOYEE' }, 'a')).toBe(false);
  }
  expect(needsSecondPerson(user('EMPLOYEE'), password, 'a')).toBe(false);
  expect(needsSecondPerson(user('EMPLOYEE', 'DISABLED'), { status: 'ACTIVE' }, 'a')).toBe(false);
});
