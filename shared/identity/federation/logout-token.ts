import { invalidField } from '#kernel/domain-error.ts';

const MAX_BYTES = 16 * 1024;

/** @throws DomainError `validation-failed` */
export function logoutTokenIn(body: Buffer): string {
  const tokens =
    body.length > MAX_BYTES ? [] : new URLSearchParams(body.toString('utf8')).getAll('logout_token');
  const [token] = tokens;
  if (tokens.length !== 1 || token === undefined || token === '')
    throw invalidField('/logout_token', 'required', 'must be given once, in a form of at most 16 KB');
  return token;
}
