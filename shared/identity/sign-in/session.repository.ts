import type { TenantId, UserId } from '#kernel/ids.ts';
import type { Role, TenantType } from '#kernel/roles.ts';
import { translateDatabaseError } from '#platform/db/errors.ts';
import { appPool } from '#platform/db/pool.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { tenantStatements } from '#platform/db/tenant-tx.ts';

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
    throw translateDatabaseError(error);
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

export interface StoredRefreshToken {
  readonly id: string;
  readonly user_id: UserId;
  readonly family_id: string;
  readonly expires_at: Date;
  readonly session_ends_at: Date | null;
  readonly rotated_at: Date | null;
  readonly successor_salt: Buffer | null;
  readonly revoked_at: Date | null;
}

/** Locked: of parallel refreshes one sees the token unrotated. */
export function lockRefreshToken(tx: TenantTx, sha256: Buffer): Promise<StoredRefreshToken | undefined> {
  return tx
    .selectFrom('refresh_tokens')
    .select([
      'id',
      'user_id',
      'family_id',
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
