import type { PersonRole } from '#kernel/roles.ts';

/** Whoever has one of these roles decides where money and shares go, or what others may do. */
const PRIVILEGED: ReadonlySet<PersonRole> = new Set(['ADMIN', 'COMPLIANCE', 'OPS', 'OPERATOR']);

/** Tells whether only the user may hold the link by which they get in: who makes a privileged user must not be able to act as that user. */
export function isPrivileged(role: PersonRole): boolean {
  return PRIVILEGED.has(role);
}

/** Tells whether a role gives rights that the one before did not: an ADMIN may do whatever OPS may. */
export function isGrant(before: PersonRole | undefined, after: PersonRole): boolean {
  if (!isPrivileged(after) || before === after) return false;
  return !(before === 'ADMIN' && after === 'OPS');
}

interface Standing {
  readonly id: string;
  readonly role: PersonRole;
  readonly status: 'ACTIVE' | 'DISABLED' | 'INVITED';
}

interface Change {
  readonly role?: PersonRole | undefined;
  readonly status?: 'ACTIVE' | 'DISABLED' | undefined;
  readonly password_hash?: string | undefined;
}

/**
 * Tells whether a change puts a privileged role into somebody's hands: the role itself, a way in for a user who has it, or the
 * user's return. What takes rights away needs nobody, and everybody sets their own password.
 */
export function needsSecondPerson(user: Standing, change: Change, actorId: string | null): boolean {
  const role = change.role ?? user.role;
  if (!isPrivileged(role)) return false;
  const returns = user.status === 'DISABLED' && change.status === 'ACTIVE';
  const isOthers = change.password_hash !== undefined && user.id !== actorId;
  return isGrant(user.role, role) || returns || isOthers;
}
