import { createHash, randomBytes } from 'node:crypto';
import { DomainError } from '#kernel/domain-error.ts';
import { isUuid, type TenantId, type UserId, uuidV7 } from '#kernel/ids.ts';
import type { Role } from '#kernel/roles.ts';
import { type NoEffect, noEffect } from '#platform/db/no-effect.ts';
import type { Actor, TenantTx } from '#platform/db/tenant-tx.ts';
import { ACCESS_TOKEN_SECONDS, type SigningKey, signAccessToken } from './access-token.ts';
import {
  findTenantStanding,
  findUserStanding,
  insertRefreshToken,
  lockRefreshToken,
  setFamilyRevoked,
  setRotated,
  type TenantStanding,
} from './session.repository.ts';

const REFRESH_TOKEN_DAYS = 30;
const SECRET_BYTES = 32;

export interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

interface SessionUser {
  readonly id: UserId;
  readonly role: Role;
  readonly employee_id: string | null;
}

/**
 * Returns a token that is opaque to clients: the tenant's id, which finds the row's scope, and a random secret, of
 * which only the hash is stored.
 */
function newRefreshToken(tenantId: TenantId): { token: string; sha256: Buffer } {
  const token = `${tenantId}.${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { token, sha256: sha256(token) };
}

function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function refusedToken(): DomainError {
  return new DomainError('invalid-refresh-token', 'The session has ended. Sign in again.');
}

/** @throws DomainError `invalid-refresh-token` */
export function tenantOfToken(token: string): TenantId {
  const tenantId = token.split('.', 1)[0] ?? '';
  if (!isUuid(tenantId)) throw refusedToken();
  return tenantId as TenantId;
}

/** Returns the actor of a request that only a refresh token authenticates. */
export function anonymousActor(tenantId: TenantId, requestId: string): Actor {
  return { tenantId, actorId: null, actorRole: 'ANONYMOUS', requestId };
}

async function issue(
  tx: TenantTx,
  session: { tenant: TenantStanding; user: SessionUser; familyId: string; key: SigningKey },
): Promise<TokenPair> {
  const { tenant, user, familyId, key } = session;
  const { token, sha256: hash } = newRefreshToken(tenant.id);
  const expiresAt = new Date(Date.now() + REFRESH_TOKEN_DAYS * 24 * 60 * 60 * 1000);
  await insertRefreshToken(tx, { userId: user.id, familyId, sha256: hash, expiresAt });
  const claims = {
    sub: user.id,
    tid: tenant.id,
    role: user.role,
    tenantType: tenant.type,
    employeeId: user.employee_id,
  };
  return {
    access_token: await signAccessToken(key, claims),
    refresh_token: token,
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_SECONDS,
  };
}

export function startSession(
  tx: TenantTx,
  tenant: TenantStanding,
  user: SessionUser,
  key: SigningKey,
): Promise<TokenPair> {
  return issue(tx, { tenant, user, familyId: uuidV7(), key });
}

export type Refreshed =
  | { readonly pair: TokenPair; readonly familyId: string }
  | { readonly revokedFamilyId: string };

/**
 * Rotates a refresh token. A second use of a rotated one revokes its whole family: the revocation has to be committed, so
 * it is a result, not an error.
 * @throws DomainError `invalid-refresh-token` when there is nothing to revoke
 */
export async function refreshSession(
  tx: TenantTx,
  tenantId: TenantId,
  token: string,
  key: SigningKey,
): Promise<Refreshed> {
  const stored = await lockRefreshToken(tx, sha256(token));
  if (stored === undefined || stored.revoked_at !== null || stored.expires_at < new Date())
    throw refusedToken();
  if (stored.rotated_at !== null) {
    await setFamilyRevoked(tx, stored.family_id);
    return { revokedFamilyId: stored.family_id };
  }
  const tenant = await findTenantStanding(tx, tenantId);
  const user = await findUserStanding(tx, stored.user_id);
  if (tenant === undefined || user?.status !== 'ACTIVE') throw refusedToken();
  await setRotated(tx, stored.id);
  const session = { tenant, user: { id: stored.user_id, ...user }, familyId: stored.family_id, key };
  return { pair: await issue(tx, session), familyId: stored.family_id };
}

/** Ends every session of the token's family and answers its id. To end a session that is no more has no effect. */
export async function endSession(tx: TenantTx, token: string): Promise<string | NoEffect<undefined>> {
  const stored = await lockRefreshToken(tx, sha256(token));
  if (stored === undefined) return noEffect();
  await setFamilyRevoked(tx, stored.family_id);
  return stored.family_id;
}
