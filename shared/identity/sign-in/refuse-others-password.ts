import { identityEnvironment } from '#identity/identity-environment.ts';
import { invalidField } from '#kernel/domain-error.ts';

/**
 * Refuses a password for somebody else: nobody knows another's, but where the environment says so.
 * @param pointer where the request names it
 * @throws DomainError `validation-failed`
 */
export function refuseOthersPassword(password: string | undefined, pointer = '/password'): void {
  if (password === undefined || identityEnvironment.passwordsByAdmin()) return;
  throw invalidField(
    pointer,
    'password-of-another',
    'must be left out: users are invited, and set their own',
  );
}
