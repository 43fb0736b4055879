import { invalidField } from '#kernel/domain-error.ts';
import type { OwnWords } from './guessable-password.ts';

const MESSAGES = {
  common: 'is among the passwords that are tried first: use words that nobody would put together',
  own: 'must not contain the name, email or tenant of its user',
} as const;

/**
 * Refuses a new password that would be guessed.
 * @param pointer where the request names it
 * @throws DomainError `validation-failed`
 */
export async function refuseGuessable(password: string, own: OwnWords, pointer = '/password'): Promise<void> {
  // Loaded by the requests that set a password: most changes of a user set none.
  const { whyGuessable } = await import('./guessable-password.ts');
  const why = whyGuessable(password, own);
  if (why !== undefined) throw invalidField(pointer, `${why}-password`, MESSAGES[why]);
}
