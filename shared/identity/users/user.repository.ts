import type { Selectable } from 'kysely';
import type { z } from 'zod';
import type { Users } from '#generated/database.ts';
import { DomainError } from '#kernel/domain-error.ts';
import type { UserId } from '#kernel/ids.ts';
import type { Role } from '#kernel/roles.ts';
import type { PageRequest } from '#platform/db/cursor.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { User } from './users.routes.ts';

const COLUMNS = [
  'id',
  'tenant_id',
  'email',
  'role',
  'status',
  'employee_id',
  'version',
  'created_at',
  'created_by',
] as const;
export type UserRow = Pick<Selectable<Users>, (typeof COLUMNS)[number]>;

export function toUser(row: UserRow): z.infer<typeof User> {
  return {
    ...row,
    created_at: row.created_at.toISOString(),
  };
}

export function insertUser(
  tx: TenantTx,
  user: {
    id?: string;
    email: string;
    role: UserRow['role'];
    status?: UserRow['status'];
    password_hash: string;
    has_password?: boolean;
    employee_id?: string | undefined;
    made_by?: string;
    confirmed_by?: string | null;
  },
): Promise<UserRow> {
  return tx.insertInto('users').values(user).returning(COLUMNS).executeTakeFirstOrThrow();
}

export async function existsEmail(read: TenantRead, email: string): Promise<boolean> {
  const user = await read.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst();
  return user !== undefined;
}

export function findUser(read: TenantRead, id: string): Promise<UserRow | undefined> {
  return read.selectFrom('users').select(COLUMNS).where('id', '=', id).executeTakeFirst();
}

export function listUsers(
  read: TenantRead,
  request: PageRequest,
  { position, after, by }: Sorted,
): Promise<(UserRow & { readonly position: string | null })[]> {
  return read
    .selectFrom('users')
    .select([...COLUMNS, position.as('position')])
    .where(after)
    .orderBy(by)
    .limit(request.limit + 1)
    .execute();
}

/**
 * Locks every active ADMIN, or operator, in one order, so that two requests can't each take away the other's last one.
 * @throws DomainError `last-admin` when `id` is the only one
 */
export async function lockOtherAdmins(tx: TenantTx, id: string): Promise<void> {
  const admins = await tx
    .selectFrom('users')
    .select('id')
    .where('role', 'in', ['ADMIN', 'OPERATOR'])
    .where('status', '=', 'ACTIVE')
    .orderBy('id')
    .forUpdate()
    .execute();
  if (admins.length === 1 && admins[0]?.id === id) {
    throw new DomainError('last-admin', 'Make another user ADMIN, or operator, first.');
  }
}

export function setUser(
  tx: TenantTx,
  id: string,
  version: number,
  change: {
    role?: UserRow['role'] | undefined;
    status?: UserRow['status'] | undefined;
    password_hash?: string | undefined;
    employee_id?: string | null | undefined;
    made_by?: string;
    confirmed_by?: string | null;
  },
): Promise<UserRow | undefined> {
  const way = change.password_hash === undefined ? {} : { has_password: true };
  return tx
    .updateTable('users')
    .set((eb) => ({ ...change, ...way, version: eb('version', '+', 1), updated_at: new Date() }))
    .where('id', '=', id)
    .where('version', '=', version)
    .returning(COLUMNS)
    .executeTakeFirst();
}

/** Gives a user who is `wanted` a password of their own. A user who is anything else keeps theirs. */
export async function setPassword(
  tx: TenantTx,
  id: string,
  { password_hash, wanted }: { readonly password_hash: string; readonly wanted: 'INVITED' | 'ACTIVE' },
): Promise<boolean> {
  const set = await tx
    .updateTable('users')
    .set((eb) => ({
      password_hash,
      has_password: true,
      status: 'ACTIVE',
      version: eb('version', '+', 1),
      updated_at: new Date(),
    }))
    .where('id', '=', id)
    .where('status', '=', wanted)
    .returning('id')
    .executeTakeFirst();
  return set !== undefined;
}

/** A user as a sign-in that waits for the second factor needs them. */
export interface SignInUser {
  readonly id: UserId;
  readonly email: string;
  readonly role: Role;
  readonly status: 'ACTIVE' | 'DISABLED' | 'INVITED';
  readonly employee_id: string | null;
  readonly has_second_factor: boolean;
}

export function findSignInUser(read: TenantRead, id: string): Promise<SignInUser | undefined> {
  return read
    .selectFrom('users as u')
    .select((eb) => [
      'u.id',
      'u.email',
      'u.role',
      'u.status',
      'u.employee_id',
      eb
        .or([
          eb.exists(
            eb
              .selectFrom('second_factors as f')
              .select('f.id')
              .whereRef('f.user_id', '=', 'u.id')
              .where('f.confirmed_at', 'is not', null),
          ),
          eb.exists(eb.selectFrom('passkeys as p').select('p.id').whereRef('p.user_id', '=', 'u.id')),
        ])
        .$castTo<boolean>()
        .as('has_second_factor'),
    ])
    .where('u.id', '=', id)
    .executeTakeFirst() as Promise<SignInUser | undefined>;
}

/** Has changes of what belongs to a user follow one another. */
export async function lockUser(tx: TenantTx, id: string): Promise<void> {
  await tx.selectFrom('users').select('id').where('id', '=', id).forUpdate().execute();
}

interface OwnPassword {
  readonly email: string;
  readonly password_hash: string;
}

export function getOwnPassword(read: TenantRead, id: string): Promise<OwnPassword> {
  return read
    .selectFrom('users')
    .select(['email', 'password_hash'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

/** Changes the password that a user has proved to know. Of two who change it at once, one does. */
export async function setOwnPassword(
  tx: TenantTx,
  id: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<boolean> {
  const set = await tx
    .updateTable('users')
    .set((eb) => ({ password_hash: to, version: eb('version', '+', 1), updated_at: new Date() }))
    .where('id', '=', id)
    .where('password_hash', '=', from)
    .returning('id')
    .executeTakeFirst();
  return set !== undefined;
}

/** @param exceptSessionId the session that goes on. @default none */
export async function setSessionsRevoked(
  tx: TenantTx,
  userId: string,
  exceptSessionId?: string,
): Promise<void> {
  let query = tx
    .updateTable('refresh_tokens')
    .set({ revoked_at: new Date() })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null);
  if (exceptSessionId !== undefined) query = query.where('family_id', '<>', exceptSessionId);
  await query.execute();
}
