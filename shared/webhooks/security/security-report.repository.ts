import { sql } from 'kysely';
import type { EventType } from '#contracts/event-types.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

const EVENT: EventType = 'security.reported';
const SUBSCRIBES = sql`w.status = 'ACTIVE' and ${EVENT} = any(w.events)`;

export interface Subscriber {
  readonly tenant_id: TenantId;
  readonly reported_to: string;
}

/**
 * Begins to report at a new subscription. One that is beside another changes nothing; one that comes after all others have ended doesn't
 * get what has happened meanwhile.
 */
export async function beginReports(tx: TenantTx, webhookId: string): Promise<void> {
  await sql`
    insert into security_reports (reported_to) values (pg_snapshot_xmin(pg_current_snapshot()))
    on conflict (tenant_id) do update set reported_to = excluded.reported_to
      where not exists (select from webhooks w where w.id <> ${webhookId} and ${SUBSCRIBES})`.execute(tx);
}

/** Lists the tenants that have a webhook for security events, and how far each has been reported. */
export async function listSubscribers(tx: SystemTx): Promise<Subscriber[]> {
  const { rows } = await sql<Subscriber>`
    select r.tenant_id, r.reported_to from security_reports r
    where exists (select from webhooks w where w.tenant_id = r.tenant_id and ${SUBSCRIBES})`.execute(tx);
  return rows;
}

/** Says of tenants that they are reported up to a number; never back. */
export async function setReported(tx: SystemTx, tenantIds: readonly string[], to: string): Promise<void> {
  await sql`update security_reports set reported_to = ${to}::xid8
    where tenant_id = any(${[...tenantIds]}::uuid[]) and reported_to < ${to}::xid8`.execute(tx);
}

/** Locks how far the tenant has been reported: nobody else reports meanwhile. */
export async function lockReported(tx: TenantTx): Promise<string | undefined> {
  const row = await tx.selectFrom('security_reports').select('reported_to').forUpdate().executeTakeFirst();
  return row?.reported_to;
}

export async function setReportedTo(tx: TenantTx, to: string): Promise<void> {
  await tx.updateTable('security_reports').set({ reported_to: to }).execute();
}
