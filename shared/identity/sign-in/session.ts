import { createHash, createHmac, randomBytes } from 'node:crypto';
import { postNotice } from '#identity/notices/post-notice.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { isUuid, type TenantId, type UserId, uuidV7 } from '#kernel/ids.ts';
import type { Role } from '#kernel/roles.ts';
import { sourceNetwork } from '#kernel/source-network.ts';
import { type NoEffect, noEffect } from '#platform/db/no-effect.ts';
import { originOfRequest } from '#platform/db/origin.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { type SigningKey, signAccessToken } from './access-token.ts';
import { deviceOf } from './device.ts';
import {
  endOldestSessions,
  findFamily,
  findTenantLimits,
  findTenantStanding,
  findUserStanding,
  getStart,
  insertRefreshToken,
  insertSession,
  lockRefreshToken,
  requireNetwork,
  type StoredRefreshToken,
  setFamilyRevoked,
  setRotated,
  type TenantStanding,
} from './session.repository.ts';
import { SessionLimits } from './session-limits.ts';
import { REFRESH_GRACE_SECONDS, SESSIONS_AT_ONCE } from './sign-in-limits.ts';

const SECRET_BYTES = 32;
const SALT_BYTES = 32;

export interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

export interface SessionUser {
  readonly id: UserId;
  readonly role: Role;
  readonly employee_id: string | null;
}

/**
 * Returns a token that is opaque to clients: the tenant's id, which finds the row's scope, and a random secret, of
 * which only the hash is stored.
 */
function refreshTokenOf(tenantId: TenantId, secret: Buffer): string {
  return `${tenantId}.${secret.toString('base64url')}`;
}

/** A refresh token, with the browser that sends it. */
export interface SentToken {
  readonly token: string;
  readonly userAgent: string;
}

/**
 * Returns the token that follows a rotated one. The same browser gets the same again: the stored salt alone doesn't tell it, nor does
 * the old token.
 */
function successorOf(tenantId: TenantId, { token, userAgent }: SentToken, salt: Buffer): string {
  return refreshTokenOf(tenantId, createHmac('sha256', token).update(salt).update(userAgent).digest());
}

function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function refusedToken(): DomainError {
  return new DomainError('invalid-refresh-token', 'The session has ended. Sign in again.');
}

/** @throws DomainError `invalid-refresh-token` */
export function tenantOfToken(token: string): TenantId {
  if (!isToken(token)) throw refusedToken();
  return tenantPartOf(token) as TenantId;
}

/** Tells whether a text could be a refresh token: whatever a browser holds may be sent as one. */
export function isToken(text: string): boolean {
  return isUuid(tenantPartOf(text));
}

const tenantPartOf = (token: string): string => token.split('.', 1)[0] ?? '';

/** Returns whose trail a refused token belongs to: a tenant's if the token was one of its sessions, and nobody's if it was made up. */
export async function claimOfToken(
  tenantId: TenantId,
  token: string,
): Promise<{ readonly tenantId?: TenantId; readonly payload: { readonly session?: string } }> {
  const session = await findFamily(tenantId, sha256(token));
  return session === undefined ? { payload: {} } : { tenantId, payload: { session } };
}

interface Session {
  readonly tenant: TenantStanding;
  readonly user: SessionUser;
  readonly familyId: string;
  readonly limits: SessionLimits;
}

async function pairOf(
  { tenant, user, familyId, limits }: Session,
  refresh_token: string,
  key: SigningKey,
): Promise<TokenPair> {
  const claims = {
    sub: user.id,
    sid: familyId,
    tid: tenant.id,
    role: user.role,
    tenantType: tenant.type,
    employeeId: user.employee_id,
  };
  const { accessTokenSeconds } = limits;
  return {
    access_token: await signAccessToken(key, claims, accessTokenSeconds),
    refresh_token,
    token_type: 'Bearer',
    expires_in: accessTokenSeconds,
  };
}

/** Stores a token that lives until the session has been idle for too long, or is over. */
async function issue(
  tx: TenantTx,
  session: Session,
  token: { readonly token: string; readonly sessionEndsAt: Date },
  key: SigningKey,
): Promise<TokenPair> {
  const idleUntilMs = session.limits.idleUntil(new Date()).getTime();
  await insertRefreshToken(tx, {
    userId: session.user.id,
    familyId: session.familyId,
    sha256: sha256(token.token),
    expiresAt: new Date(Math.min(idleUntilMs, token.sessionEndsAt.getTime())),
    sessionEndsAt: token.sessionEndsAt,
  });
  return pairOf(session, token.token, key);
}

/** A second factor that somebody has proved, at an instant that may be unknown: a provider need not tell when it authenticated them. */
export interface ProvedFactor {
  readonly at: Date | null;
}

/** The way in which somebody has signed in. */
export interface Authenticated {
  readonly method: 'PASSWORD' | 'PROVIDER' | 'PASSKEY';
  /** RFC 8176. */
  readonly amr: readonly string[];
}

/**
 * Begins a session. Its user is told by mail if they have never signed in from such a place, or by such a program, before.
 * The session that has gone unused for longest ends where the user would have more than {@link SESSIONS_AT_ONCE}.
 * @param familyId names the session, for those who keep more about it
 */
export async function startSession(
  tx: TenantTx,
  tenant: TenantStanding,
  user: SessionUser,
  key: SigningKey,
  {
    method,
    amr,
    familyId = uuidV7(),
    secondFactor,
  }: Authenticated & { readonly familyId?: string; readonly secondFactor?: ProvedFactor },
): Promise<TokenPair> {
  const token = refreshTokenOf(tenant.id, randomBytes(SECRET_BYTES));
  const { sourceIp, userAgent } = originOfRequest() ?? {};
  const isNew = await insertSession(tx, {
    id: familyId,
    user_id: user.id,
    method,
    amr: [...amr],
    source_ip: sourceIp ?? null,
    user_agent: userAgent ?? null,
    network: sourceIp === undefined ? null : sourceNetwork(sourceIp),
    device: deviceOf(userAgent),
    second_factor_at: pastOf(secondFactor?.at ?? null),
  });
  if (isNew) postNotice(tx, tenant.id, user.id, 'new-sign-in', familyId);
  await endOldestSessions(tx, user.id, SESSIONS_AT_ONCE);
  const limits = new SessionLimits(await findTenantLimits(tx));
  return issue(
    tx,
    { tenant, user, familyId, limits },
    { token, sessionEndsAt: limits.endOf(new Date()) },
    key,
  );
}

/** The clock of a provider may be ahead of ours. */
function pastOf(at: Date | null): Date | null {
  return at === null ? null : new Date(Math.min(at.getTime(), Date.now()));
}

export type Refreshed =
  | { readonly pair: TokenPair; readonly familyId: string }
  | { readonly revokedFamilyId: string };

/**
 * Rotates a refresh token. A second use within a moment is another tab of the same browser, and gets the same successor; a later
 * one, and another browser's, revokes the whole family. The revocation has to be committed, so it is a result, not an error.
 * @throws DomainError `invalid-refresh-token` when there is nothing to revoke, `network-not-allowed`
 */
export async function refreshSession(
  tx: TenantTx,
  tenantId: TenantId,
  sent: SentToken,
  key: SigningKey,
): Promise<Refreshed> {
  const stored = await lockRefreshToken(tx, sha256(sent.token));
  if (stored === undefined || stored.revoked_at !== null || stored.expires_at < new Date())
    throw refusedToken();
  const { family_id: familyId } = stored;
  const given = stored.rotated_at === null ? undefined : await findGiven(tx, tenantId, sent, stored);
  if (stored.rotated_at !== null && given === undefined) {
    await setFamilyRevoked(tx, familyId);
    return { revokedFamilyId: familyId };
  }
  const tenant = await findTenantStanding(tx, tenantId);
  const user = await findUserStanding(tx, stored.user_id);
  if (tenant === undefined || user?.status !== 'ACTIVE') throw refusedToken();
  await requireNetwork(tx, tenantId);
  const limits = new SessionLimits(await findTenantLimits(tx));
  const sessionEndsAt = limits.endOf(await getStart(tx, familyId), stored.session_ends_at);
  // The tenant may have set shorter limits since the token was given.
  const now = new Date();
  if (limits.idleUntil(stored.issued_at) <= now || sessionEndsAt <= now) throw refusedToken();
  const session = { tenant, user: { id: stored.user_id, ...user }, familyId, limits };
  if (given !== undefined) return { pair: await pairOf(session, given, key), familyId };
  const salt = randomBytes(SALT_BYTES);
  await setRotated(tx, stored.id, salt);
  const next = { token: successorOf(tenantId, sent, salt), sessionEndsAt };
  return { pair: await issue(tx, session, next, key), familyId };
}

/** Finds the successor of a token that was rotated a moment ago, by the same browser, and has not been used. */
async function findGiven(
  tx: TenantTx,
  tenantId: TenantId,
  sent: SentToken,
  { rotated_at, successor_salt }: StoredRefreshToken,
): Promise<string | undefined> {
  if (rotated_at === null || successor_salt === null) return undefined;
  if (Date.now() - rotated_at.getTime() >= REFRESH_GRACE_SECONDS * 1000) return undefined;
  const token = successorOf(tenantId, sent, successor_salt);
  const successor = await lockRefreshToken(tx, sha256(token));
  return successor?.rotated_at === null ? token : undefined;
}

/**
 * Ends every session of the token's family and answers its id. It has no effect on a session that is no more, and on the one that the
 * token `except` belongs to.
 */
export async function endSession(
  tx: TenantTx,
  token: string,
  except?: string,
): Promise<string | NoEffect<undefined>> {
  const stored = await lockRefreshToken(tx, sha256(token));
  if (stored === undefined) return noEffect();
  const kept = except === undefined ? undefined : await lockRefreshToken(tx, sha256(except));
  if (kept?.family_id === stored.family_id) return noEffect();
  await setFamilyRevoked(tx, stored.family_id);
  return stored.family_id;
}
