import { type DomainError, invalidField } from '#kernel/domain-error.ts';
import { REASONS, type Reason } from './read-answer.ts';

/** The refusal of a passkey's answer, which names the reason. */
export function refusedPasskey(pointer: string, reason: Reason): DomainError {
  return invalidField(pointer, reason, REASONS[reason]);
}
