import { type DomainError, invalidField } from '#kernel/domain-error.ts';
import { refusedFor } from '#platform/http/refusal.ts';

/** Whoever has a session and sends a wrong code keeps the session; the trail says that they tried. */
export function wrongCode(): DomainError {
  return refusedFor(invalidField('/code', 'wrong-code', 'is wrong, too old, or has been used'), {
    wrong: 'code',
  });
}
