import { DomainError } from '#kernel/domain-error.ts';

/** The refusal of who has proved to be a user, but not by the provider that the tenant requires. */
export function ssoRequired(): DomainError {
  return new DomainError(
    'sso-required',
    'The tenant requires single sign-on: GET /auth/connections?tenant=… lists where to sign in.',
  );
}
