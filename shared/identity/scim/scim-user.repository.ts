import { type RawBuilder, sql } from 'kysely';
import type { UserRole } from '#kernel/roles.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Resource } from './attributes.ts';

/** A user as the directory may see them; one whom it has never spoken of has no words of it. */
export interface DirectoryUser {
  readonly id: string;
  readonly email: string;
  readonly role: UserRole;
  readonly status: 'ACTIVE' | 'DISABLED' | 'INVITED';
  readonly employee_id: string | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly user_name: string | null;
  readonly external_id: string | null;
  readonly attributes: Resource | null;
  readonly deleted_at: Date | null;
  readonly groups: readonly { readonly value: string; readonly display: string }[];
}

const COLUMNS = sql`u.id, u.email, u.role, u.status, u.employee_id, u.version, u.created_at, greatest(u.updated_at, d.updated_at) as updated_at,
  d.user_name, d.external_id, d.attributes, d.deleted_at,
  (select coalesce(json_agg(json_build_object('value', g.id, 'display', g.display_name) order by g.id), '[]')
    from directory_members m join directory_groups g on g.id = m.group_id where m.user_id = u.id) as groups`;
const FROM = sql`from users u left join directory_users d on d.user_id = u.id`;
const SEEN = sql`u.purged_at is null and d.deleted_at is null`;

export async function findDirectoryUser(read: TenantRead, id: string): Promise<DirectoryUser | undefined> {
  const { rows } = await sql<DirectoryUser>`select ${COLUMNS} ${FROM} where u.id = ${id} and ${SEEN}`.execute(
    read,
  );
  return rows[0];
}

/** Locks a user whom the directory may see. */
export async function lockDirectoryUser(tx: TenantTx, id: string): Promise<DirectoryUser | undefined> {
  await sql`select from users where id = ${id} for update`.execute(tx);
  return findDirectoryUser(tx, id);
}

/** Finds whoever has a sign-in address or a name of the directory, also a user whom it has deleted. */
export async function findByName(
  read: TenantRead,
  { email, userName }: { readonly email: string; readonly userName: string },
): Promise<DirectoryUser | undefined> {
  const { rows } = await sql<DirectoryUser>`select ${COLUMNS} ${FROM}
    where u.email = ${email} or (lower(d.user_name) = lower(${userName}) and d.deleted_at is null) limit 1`.execute(
    read,
  );
  return rows[0];
}

export interface PageOf {
  /** The first row, counted from 1. */
  readonly startIndex: number;
  readonly count: number;
  readonly where: RawBuilder<unknown>;
}

export async function listDirectoryUsers(
  read: TenantRead,
  { startIndex, count, where }: PageOf,
): Promise<DirectoryUser[]> {
  const { rows } = await sql<DirectoryUser>`select ${COLUMNS} ${FROM} where ${SEEN} and (${where})
    order by u.id offset ${startIndex - 1} limit ${count}`.execute(read);
  return rows;
}

export async function countDirectoryUsers(read: TenantRead, where: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ total: number }>`select count(*)::integer as total ${FROM}
    where ${SEEN} and (${where})`.execute(read);
  return rows[0]?.total ?? 0;
}

interface Words {
  readonly user_name: string;
  readonly external_id: string | null;
  readonly attributes: Resource;
}

/**
 * Keeps what the directory says of a user. Whom it has made under another `external_id` it no longer names at its provider: the user may have been
 * given more since.
 */
export async function setDirectoryUser(
  tx: TenantTx,
  userId: string,
  { user_name, external_id, attributes }: Words,
  isProvisioned = false,
): Promise<void> {
  await sql`insert into directory_users as d (user_id, user_name, external_id, attributes, is_provisioned)
    values (${userId}, ${user_name}, ${external_id}, ${JSON.stringify(attributes)}::jsonb, ${isProvisioned})
    on conflict (tenant_id, user_id) do update set user_name = excluded.user_name, external_id = excluded.external_id,
      attributes = excluded.attributes,
      is_provisioned = d.is_provisioned and d.external_id is not distinct from excluded.external_id, deleted_at = null, updated_at = now()`.execute(
    tx,
  );
}

export async function setDirectoryUserDeleted(tx: TenantTx, userId: string, userName: string): Promise<void> {
  await sql`insert into directory_users as d (user_id, user_name, is_provisioned, deleted_at) values (${userId}, ${userName}, false, now())
    on conflict (tenant_id, user_id) do update set deleted_at = now(), updated_at = now()`.execute(tx);
}

/** Finds the user whom the directory has made as the person of a subject, and whom nobody is yet at any provider. */
export async function findProvisioned(read: TenantRead, subject: string): Promise<string | undefined> {
  // A subject of Entra ID is the directory's id and the object's: Entra provisions by that of the object.
  const [, object = subject] = /^[0-9a-f-]{36}\.([0-9a-f-]{36})$/.exec(subject) ?? [];
  const { rows } = await sql<{ user_id: string }>`select user_id from directory_users d
    where external_id in (${subject}, ${object}) and is_provisioned and deleted_at is null
      and not exists (select from federated_identities i where i.user_id = d.user_id) limit 2`.execute(read);
  return rows.length === 1 ? rows[0]?.user_id : undefined;
}
