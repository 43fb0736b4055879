import { createHash, randomBytes } from 'node:crypto';
import { DomainError } from '#kernel/domain-error.ts';
import { isUuid, type TenantId } from '#kernel/ids.ts';

const SECRET_BYTES = 32;

export function refusedLink(): DomainError {
  return new DomainError(
    'invalid-link',
    'The link has been used, has ended, or was replaced by a newer one. Ask for another.',
  );
}

/** Returns a token like that of a session: the tenant’s id, which finds the row’s scope, and a random secret, of which only the hash is stored. */
export function newLinkToken(tenantId: TenantId): string {
  return `${tenantId}.${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

export function hashOfLink(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** @throws DomainError `invalid-link` */
export function tenantOfLink(token: string): TenantId {
  const tenantId = token.split('.', 1)[0] ?? '';
  if (!isUuid(tenantId)) throw refusedLink();
  return tenantId as TenantId;
}
