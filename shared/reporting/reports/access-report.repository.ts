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
    after === undefined ? sql`true` : sql`(e.place, e.id) > (${after[0]}::integer, ${after[1]}::uuid)`;
  const { rows } = await sql<AccessReportRow>`
    with entries as (
      select 1 as place, 'USER' as kind, id, email as name, role, status, null::text[] as routes, granted_by, made_by, confirmed_by,
        created_at, last_used_at, last_used_from, null::timestamptz as expires_at
      from user_access
      union all
      select 2, 'API_KEY', id, name, role, status, routes, 'API_KEY', made_by, confirmed_by, created_at, last_used_at, last_used_from,
        expires_at
      from api_key_access
      union all
      select 3, 'DROP_CREDENTIAL', id, name, 'DROP', status, null, 'DROP_CREDENTIAL', owner_id, null, created_at, last_used_at, null,
        expires_at
      from drop_credential_access),
    page as (select e.* from entries e where ${position} order by e.place, e.id limit ${limit})
    select p.kind, p.id, p.name, p.role, p.status, p.routes, p.granted_by, p.made_by, p.confirmed_by, p.created_at, p.last_used_at,
      p.last_used_from, p.expires_at, b.role as behind_role, r.past_roles, r.role_since, w.waiting
    from page p
    left join user_directory b on p.kind <> 'USER' and b.id = p.made_by
    cross join lateral (
      select coalesce(array_agg(distinct c.role), '{}') as past_roles, max(c.ts) as role_since
      from role_changes c where c.resource = 'users/' || p.id) r
    cross join lateral (
      select coalesce(array_agg(distinct c.kind), '{}') as waiting from waiting_changes c where c.requested_by = p.id) w
    order by p.place, p.id`.execute(read);
  return rows;
}
