import { sql } from 'kysely';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

export interface Received {
  readonly holders: number;
  readonly net: string;
  /** The shares of the class that are issued, before and after the run. */
  readonly before: string;
  readonly after: string;
  readonly authorized: string | null;
  /** The holders of the run that are closed by now. */
  readonly closed: number;
}

/** Returns what a release run would bring its holders. */
export async function findReceived(
  read: TenantRead,
  release: string,
  securityClass: string,
): Promise<Received> {
  const { rows } = await sql<Received>`
    select r.holders, trim_scale(r.net)::text as net, trim_scale(i.issued)::text as before, trim_scale(i.issued + r.net)::text as after,
      (select trim_scale(authorized)::text from security_classes where code = ${securityClass}) as authorized, r.closed
    from (
      select count(*)::integer as holders, coalesce(sum(q.quantity), 0) as net, count(*) filter (where s.id is null)::integer as closed
      from released_shares q left join shareholders s on s.id = q.shareholder_id and s.status = 'ACTIVE'
      where q.release_id = ${release}::uuid) r,
      (select coalesce(sum(delta), 0) as issued from issuance_entries where security_class = ${securityClass}) i`.execute(
    read,
  );
  return rows[0] as Received;
}

/** Adds what a release run brings to the holdings of its holders, and returns how many of them can't have it, since they are closed. */
export async function setReceived(tx: TenantTx, release: string, changeId: bigint): Promise<number> {
  const { rows } = await sql<{ closed: number }>`
    with brought as materialized (select shareholder_id, quantity from released_shares where release_id = ${release}::uuid),
    received as (
      update shareholders s set holdings = s.holdings + b.quantity, position_change_id = ${changeId}, version = s.version + 1, updated_at = now()
      from brought b where s.tenant_id = current_tenant() and s.id = b.shareholder_id and s.status = 'ACTIVE' returning 1)
    select ((select count(*) from brought) - (select count(*) from received))::integer as closed`.execute(tx);
  return rows[0]?.closed ?? 0;
}
