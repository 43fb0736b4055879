import { type DomainError, invalidField } from '#kernel/domain-error.ts';

/** Whoever has a session and sends a wrong code keeps the session. */
export function wrongCode(): DomainError {
  return invalidField('/code', 'wrong-code', 'is wrong, too old, or has been used');
}
