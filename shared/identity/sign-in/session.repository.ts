import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { RefreshTokens, Sessions } from '#generated/database.ts';
import type { TenantId, UserId } from '#kernel/ids.ts';
import type { Role, TenantType } from '#kernel/roles.ts';
import { plainAddress } from '#kernel/source-network.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import { translateDatabaseError } from '#platform/db/errors.ts';
import { originOfRequest } from '#platform/db/origin.ts';
import { appPool } from '#platform/db/pool.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { tenantStatements } from '#platform/db/tenant-tx.ts';
import type { TenantLimits } from './session-limits.ts';

export interface TenantStanding {
  readonly id: TenantId;
  readonly type: TenantType;
  readonly status: 'ACTIVE' | 'SUSPENDED';
}

export interface Credentials {
  readonly id: UserId;
  readonly role: Role;
  readonly status: 'ACTIVE' | 'DISABLED';
  readonly employee_id: string | null;
  readonly password_hash: string;
  /** The tenant requires single sign-on, and the user is not the one whom a password lets in all the same. */
  readonly sso_required: boolean;
}

/** Finds a tenant outside any tenant's context, through a database function that returns no more than this. */
export async function findTenantBySlug(slug: string): Promise<TenantStanding | undefined> {
  try {
    const { rows } = await appPool().query<TenantStanding>(
      'select id, type, status from find_tenant_by_slug($1)',
      [slug],
    );
    return rows[0];
  } catch (error) {
    throw await translateDatabaseError(error);
  }
}

export async function findCredentials(tenantId: TenantId, email: string): Promise<Credentials | undefined> {
  const [found] = await tenantStatements(tenantId, [
    {
      text: `select id, role, status, employee_id, password_hash, exists (
          select from sign_in_settings s where s.sso_required and s.break_glass_user_id is distinct from users.id) as sso_required
        from users where email = $1`,
      values: [email],
    },
  ]);
  return found?.rows[0] as Credentials | undefined;
}

/**
 * Refuses a sign-in from outside the tenant's networks where the request names its user only now. Others are refused as they enter.
 * @throws DomainError `network-not-allowed`
 */
export async function requireNetwork(read: TenantRead, tenantId: TenantId): Promise<void> {
  const address = plainAddress(originOfRequest()?.sourceIp ?? '');
  await sql`select require_network(${tenantId}, null, ${address})`.execute(read);
}

type LivingToken = Pick<
  Selectable<RefreshTokens>,
  'tenant_id' | 'id' | 'family_id' | 'issued_at' | 'expires_at'
>;

/** A session lives by its newest token, as long as that was not revoked and has not run out. */
const livingTokens = (userId: string) => sql<LivingToken>`(
  select tenant_id, id, family_id, issued_at, expires_at from refresh_tokens
  where user_id = ${userId} and rotated_at is null and revoked_at is null and expires_at > now())`;

/** Ends the sessions of a user that have gone unused for longest, so that the one that now begins is one of `most`. */
export async function endOldestSessions(tx: TenantTx, userId: UserId, most: number): Promise<void> {
  await sql`update refresh_tokens set revoked_at = now() where id in (
    select id from ${livingTokens(userId)} as t
    order by issued_at desc, id desc offset ${most - 1})`.execute(tx);
}

export interface StoredRefreshToken {
  readonly id: string;
  readonly user_id: UserId;
  readonly family_id: string;
  readonly issued_at: Date;
  readonly expires_at: Date;
  readonly session_ends_at: Date | null;
  readonly rotated_at: Date | null;
  readonly successor_salt: Buffer | null;
  readonly revoked_at: Date | null;
}

/** Finds the session of a token, whether it lives or has ended. */
export async function findFamily(tenantId: TenantId, sha256: Buffer): Promise<string | undefined> {
  const [found] = await tenantStatements(tenantId, [
    { text: 'select family_id from refresh_tokens where token_sha256 = $1', values: [sha256] },
  ]);
  return (found?.rows[0] as { family_id: string } | undefined)?.family_id;
}

/** Locked: of parallel refreshes one sees the token unrotated. */
export function lockRefreshToken(tx: TenantTx, sha256: Buffer): Promise<StoredRefreshToken | undefined> {
  return tx
    .selectFrom('refresh_tokens')
    .select([
      'id',
      'user_id',
      'family_id',
      'issued_at',
      'expires_at',
      'session_ends_at',
      'rotated_at',
      'successor_salt',
      'revoked_at',
    ])
    .where('token_sha256', '=', sha256)
    .forUpdate()
    .executeTakeFirst() as Promise<StoredRefreshToken | undefined>;
}

export async function insertRefreshToken(
  tx: TenantTx,
  token: { userId: UserId; familyId: string; sha256: Buffer; expiresAt: Date; sessionEndsAt: Date },
): Promise<void> {
  await tx
    .insertInto('refresh_tokens')
    .values({
      user_id: token.userId,
      family_id: token.familyId,
      token_sha256: token.sha256,
      expires_at: token.expiresAt,
      session_ends_at: token.sessionEndsAt,
    })
    .execute();
}

export async function setRotated(tx: TenantTx, id: string, successorSalt: Buffer): Promise<void> {
  await tx
    .updateTable('refresh_tokens')
    .set({ rotated_at: new Date(), successor_salt: successorSalt })
    .where('id', '=', id)
    .execute();
}

export async function setFamilyRevoked(tx: TenantTx, familyId: string): Promise<void> {
  await tx
    .updateTable('refresh_tokens')
    .set({ revoked_at: new Date() })
    .where('family_id', '=', familyId)
    .where('revoked_at', 'is', null)
    .execute();
}

export function findUserStanding(
  read: TenantRead,
  id: UserId,
): Promise<Pick<Credentials, 'role' | 'status' | 'employee_id'> | undefined> {
  return read
    .selectFrom('users')
    .select(['role', 'status', 'employee_id'])
    .where('id', '=', id)
    .executeTakeFirst() as Promise<Pick<Credentials, 'role' | 'status' | 'employee_id'> | undefined>;
}

export function findTenantStanding(read: TenantRead, id: TenantId): Promise<TenantStanding | undefined> {
  return read
    .selectFrom('tenants')
    .select(['id', 'type', 'status'])
    .where('id', '=', id)
    .executeTakeFirst() as Promise<TenantStanding | undefined>;
}

export async function findTenantLimits(read: TenantRead): Promise<TenantLimits> {
  const limits = await read
    .selectFrom('sign_in_settings')
    .select(['session_idle_minutes', 'session_hours'])
    .executeTakeFirst();
  return limits ?? { session_idle_minutes: null, session_hours: null };
}

/** Returns when a session has begun. One that an earlier release has begun has tokens alone. */
export async function getStart(read: TenantRead, familyId: string): Promise<Date> {
  const { started_at } = await read
    .selectFrom('refresh_tokens as t')
    .leftJoin('sessions as s', (join) =>
      join.onRef('s.tenant_id', '=', 't.tenant_id').onRef('s.id', '=', 't.family_id'),
    )
    .select((eb) => eb.fn.coalesce('s.started_at', 't.issued_at').as('started_at'))
    .where('t.family_id', '=', familyId)
    .orderBy('t.issued_at')
    .limit(1)
    .executeTakeFirstOrThrow();
  return started_at;
}

export type NewSession = Pick<
  Selectable<Sessions>,
  'id' | 'user_id' | 'method' | 'amr' | 'source_ip' | 'user_agent' | 'network' | 'device' | 'second_factor_at'
>;

/** Stores a session, and tells whether its user has had others, but none from there or none by such a device. */
export async function insertSession(tx: TenantTx, session: NewSession): Promise<boolean> {
  const earlier = (condition: RawBuilder<unknown>) =>
    sql<boolean>`exists (select from sessions s where s.user_id = ${session.user_id} and s.id <> ${session.id} and ${condition})`;
  const { knows_any, knows_network, knows_device } = await tx
    .insertInto('sessions')
    .values(session)
    .returning([
      earlier(sql`true`).as('knows_any'),
      earlier(sql`s.network is not distinct from ${session.network}`).as('knows_network'),
      earlier(sql`s.device = ${session.device}`).as('knows_device'),
    ])
    .executeTakeFirstOrThrow();
  return knows_any && !(knows_network && knows_device);
}

/** A session that goes on, as its user sees it. One that an earlier release has begun has tokens alone. */
export interface LivingSession {
  readonly id: string;
  readonly started_at: Date;
  readonly last_used_at: Date;
  readonly expires_at: Date;
  readonly method: 'PASSWORD' | 'PROVIDER' | 'PASSKEY' | null;
  readonly amr: string[] | null;
  readonly source_ip: string | null;
  readonly user_agent: string | null;
  readonly device: string | null;
  readonly second_factor_at: Date | null;
}

export function listSessions(
  read: TenantRead,
  userId: string,
  { limit, cursor }: PageRequest,
): Promise<LivingSession[]> {
  let query = read
    .selectFrom(livingTokens(userId).as('t'))
    .leftJoin('sessions as s', (join) =>
      join.onRef('s.tenant_id', '=', 't.tenant_id').onRef('s.id', '=', 't.family_id'),
    )
    .select((eb) => [
      't.family_id as id',
      eb.fn.coalesce('s.started_at', 't.issued_at').as('started_at'),
      't.issued_at as last_used_at',
      't.expires_at',
      's.method',
      's.amr',
      's.source_ip',
      's.user_agent',
      's.device',
      's.second_factor_at',
    ])
    .orderBy('t.family_id')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('t.family_id', '>', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute() as Promise<LivingSession[]>;
}

/** Ends a session of a user, and tells whether there was one that lived. */
export async function endSessionOf(tx: TenantTx, userId: string, familyId: string): Promise<boolean> {
  const ended = await tx
    .updateTable('refresh_tokens')
    .set({ revoked_at: new Date() })
    .where('family_id', '=', familyId)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .returning('expires_at')
    .execute();
  return ended.length > 0;
}

export function findSessionOrigin(
  read: TenantRead,
  id: string,
): Promise<{ device: string; source_ip: string | null } | undefined> {
  return read.selectFrom('sessions').select(['device', 'source_ip']).where('id', '=', id).executeTakeFirst();
}
