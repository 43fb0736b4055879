import { timingSafeEqual } from 'node:crypto';
import { type DomainError, invalidField } from '#kernel/domain-error.ts';
import { isUuid, type TenantId } from '#kernel/ids.ts';
import { newSecret, sha256 } from './browser-binding.ts';
import type { Refused } from './decide-role.ts';
import type { SignInRow } from './federation.repository.ts';
import { invalidAnswer } from './provider-errors.ts';

const USED: Refused = {
  reason: 'code-used',
  detail: 'The code is unknown, was used or has run out. Begin the sign-in again.',
};

/** Makes a code that is opaque to clients: the tenant's id, which finds the row's scope, and a random secret. */
export function newCode(tenantId: TenantId): string {
  return `${tenantId}.${newSecret()}`;
}

export function usedCode(): DomainError {
  return invalidAnswer(USED.reason, USED.detail);
}

/** @throws DomainError `sign-in-invalid` */
export function tenantOfCode(code: string): TenantId {
  const tenantId = code.split('.', 1)[0] ?? '';
  if (!isUuid(tenantId)) throw usedCode();
  return tenantId as TenantId;
}

/** A code that adds an identity comes in the body of a user's own request, which is wrong where the code is. */
export function invalidCode({ reason, detail }: Refused = USED): DomainError {
  return invalidField('/code', reason, detail);
}

/** Returns why a code isn't this caller's, or isn't for this; undefined where it can be used. */
export function whyUnusable(
  row: SignInRow,
  purpose: SignInRow['purpose'],
  verifier: string | undefined,
): Refused | undefined {
  if (row.purpose !== purpose || row.expires_at < new Date()) return USED;
  const { code_challenge } = row;
  if (code_challenge === null)
    return verifier === undefined
      ? undefined
      : {
          reason: 'code-verifier',
          detail: 'The sign-in began without a code_challenge: leave out the code_verifier.',
        };
  const isTheirs =
    verifier !== undefined && timingSafeEqual(sha256(verifier), Buffer.from(code_challenge, 'base64url'));
  return isTheirs
    ? undefined
    : {
        reason: 'code-verifier',
        detail: 'The code_verifier is not that of the code_challenge with which the sign-in began.',
      };
}
