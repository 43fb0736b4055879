import { DomainError } from '#kernel/domain-error.ts';

const KEY = /^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** @throws DomainError `malformed-request` when the header is repeated or not 1 to 255 printable ASCII characters */
export function idempotencyKeyFrom(sent: readonly string[] | undefined): string | undefined {
  if (sent === undefined || sent.length === 0) return undefined;
  const [key = ''] = sent;
  if (sent.length > 1 || !KEY.test(key)) {
    throw new DomainError(
      'malformed-request',
      'Idempotency-Key must be one header of 1 to 255 printable ASCII characters.',
    );
  }
  return key;
}
