import { sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Part } from './report.ts';

export interface AccessReportRow {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly status: string;
  readonly routes: readonly string[] | null;
  readonly granted_by: string;
  readonly made_by: string | null;
  readonly confirmed_by: string | null;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly last_used_from: string | null;
  readonly expires_at: Date | null;
  /** The present role of the person behind a program. */
  readonly behind_role: string | null;
  readonly past_roles: readonly string[];
  readonly role_since: Date | null;
  /** Kinds of changes that they have proposed, and that wait. */
  readonly waiting: readonly string[];
}

/** Lists people, then programs, each in the order of their ids. */
export async function listAccess(
  read: TenantRead,
  _query: object,
  { after, limit }: Part,
): Promise<AccessReportRow[]> {
  const position =
    after === undefined ? sql`true` : sql`(k.place, k.id) > (${after[0]}::integer, ${after[1]}::uuid)`;
  // Only what is on the page is looked into: the last use of each is a search of its own.
  const { rows } = await sql<AccessReportRow>`
    with page as materialized (
      select k.place, k.id from (
        select 1 as place, id from user_directory union all
        select 2, id from api_key_access union all
        select 3, id from drop_credential_access) k
      where ${position} order by k.place, k.id limit ${limit}),
    entries as (
      select p.place, 'USER' as kind, u.id, u.email as name, u.role, u.status, null::text[] as routes, u.granted_by, u.made_by,
        u.confirmed_by, u.created_at, u.last_used_at, u.last_used_from, null::timestamptz as expires_at
      from page p join user_access u on p.place = 1 and u.id = p.id
      union all
      select p.place, 'API_KEY', a.id, a.name, a.role, a.status, a.routes, 'API_KEY', a.made_by, a.confirmed_by, a.created_at,
        a.last_used_at, a.last_used_from, a.expires_at
      from page p join api_key_access a on p.place = 2 and a.id = p.id
      union all
      select p.place, 'DROP_CREDENTIAL', d.id, d.name, 'DROP', d.status, null, 'DROP_CREDENTIAL', d.owner_id, null, d.created_at,
        d.last_used_at, null, d.expires_at
      from page p join drop_credential_access d on p.place = 3 and d.id = p.id),
    past as (
      select c.resource, array_agg(distinct c.role) as roles, max(c.ts) as since from role_changes c group by c.resource),
    waiting as (select c.requested_by, array_agg(distinct c.kind) as kinds from waiting_changes c group by c.requested_by)
    select e.kind, e.id, e.name, e.role, e.status, e.routes, e.granted_by, e.made_by, e.confirmed_by, e.created_at, e.last_used_at,
      e.last_used_from, e.expires_at, b.role as behind_role, coalesce(past.roles, '{}') as past_roles, past.since as role_since,
      coalesce(w.kinds, '{}') as waiting
    from entries e
    left join user_directory b on e.kind <> 'USER' and b.id = e.made_by
    left join past on past.resource = 'users/' || e.id
    left join waiting w on w.requested_by = e.id
    order by e.place, e.id`.execute(read);
  return rows;
}
