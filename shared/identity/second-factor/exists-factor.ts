import { DomainError } from '#kernel/domain-error.ts';

/** Whoever has the first factor alone must not replace the second one that stands against them. */
export function existsFactor(): DomainError {
  return new DomainError('second-factor-exists', 'You have a second factor: POST /auth/mfa with it.');
}
