import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { PageOf } from './scim-user.repository.ts';

export interface DirectoryGroup {
  readonly id: string;
  readonly display_name: string;
  readonly external_id: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly members: readonly { readonly value: string; readonly display: string }[];
}

const COLUMNS = sql`g.id, g.display_name, g.external_id, g.created_at, g.updated_at`;
const MEMBERS = sql`(select coalesce(json_agg(json_build_object('value', u.id, 'display', coalesce(d.user_name, u.email)) order by u.id), '[]')
  from directory_members m join users u on u.id = m.user_id left join directory_users d on d.user_id = u.id
  where m.group_id = g.id and d.deleted_at is null) as members`;
const NO_MEMBERS = sql`'[]'::json as members`;

export async function findGroup(
  read: TenantRead,
  id: string,
  hasMembers = true,
): Promise<DirectoryGroup | undefined> {
  const { rows } = await sql<DirectoryGroup>`select ${COLUMNS}, ${hasMembers ? MEMBERS : NO_MEMBERS}
    from directory_groups g where g.id = ${id}`.execute(read);
  return rows[0];
}

export async function lockGroup(tx: TenantTx, id: string): Promise<DirectoryGroup | undefined> {
  await sql`select from directory_groups where id = ${id} for update`.execute(tx);
  return findGroup(tx, id);
}

export async function listGroups(
  read: TenantRead,
  { startIndex, count, where }: PageOf,
  hasMembers: boolean,
): Promise<DirectoryGroup[]> {
  const { rows } = await sql<DirectoryGroup>`select ${COLUMNS}, ${hasMembers ? MEMBERS : NO_MEMBERS}
    from directory_groups g where (${where}) order by g.id offset ${startIndex - 1} limit ${count}`.execute(
    read,
  );
  return rows;
}

export async function countGroups(read: TenantRead, where: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ total: number }>`select count(*)::integer as total
    from directory_groups g where (${where})`.execute(read);
  return rows[0]?.total ?? 0;
}

interface Words {
  readonly display_name: string;
  readonly external_id: string | null;
}

/** @throws DomainError `conflict`, by the unique index of names */
export async function insertGroup(tx: TenantTx, { display_name, external_id }: Words): Promise<string> {
  const { rows } = await sql<{ id: string }>`insert into directory_groups (display_name, external_id)
    values (${display_name}, ${external_id}) returning id`.execute(tx);
  return (rows[0] as { id: string }).id;
}

export async function setGroup(
  tx: TenantTx,
  id: string,
  { display_name, external_id }: Words,
): Promise<void> {
  await sql`update directory_groups set display_name = ${display_name}, external_id = ${external_id}, updated_at = now()
    where id = ${id}`.execute(tx);
}

export async function deleteGroup(tx: TenantTx, id: string): Promise<void> {
  await sql`delete from directory_groups where id = ${id}`.execute(tx);
}

/** Returns those of some ids that are users whom the directory may see. */
export async function listKnownUsers(read: TenantRead, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`select u.id from users u left join directory_users d on d.user_id = u.id
    where u.id = any (${ids}::uuid[]) and u.purged_at is null and d.deleted_at is null`.execute(read);
  return rows.map(({ id }) => id);
}

export async function insertMembers(tx: TenantTx, groupId: string, users: readonly string[]): Promise<void> {
  await sql`insert into directory_members (group_id, user_id) select ${groupId}, id from unnest(${users}::uuid[]) as id
    on conflict do nothing`.execute(tx);
}

export async function deleteMembers(tx: TenantTx, groupId: string, users: readonly string[]): Promise<void> {
  await sql`delete from directory_members where group_id = ${groupId} and user_id = any (${users}::uuid[])`.execute(
    tx,
  );
}

export async function deleteMembershipsOf(tx: TenantTx, userId: string): Promise<void> {
  await sql`delete from directory_members where user_id = ${userId}`.execute(tx);
}

/** Returns the names of the groups of each of some users. */
export async function listGroupNames(
  read: TenantRead,
  users: readonly string[],
): Promise<Map<string, string[]>> {
  const { rows } = await sql<{
    user_id: string;
    names: string[];
  }>`select m.user_id, array_agg(g.display_name) as names
    from directory_members m join directory_groups g on g.id = m.group_id
    where m.user_id = any (${users}::uuid[]) group by m.user_id`.execute(read);
  return new Map(rows.map(({ user_id, names }) => [user_id, names]));
}
