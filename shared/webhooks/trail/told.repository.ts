import { sql } from 'kysely';
import type { TenantId } from '#kernel/ids.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Told } from './told.ts';

const subscribes = ({ events }: Told) => sql`w.status = 'ACTIVE' and w.events && ${[...events]}::text[]`;

export interface Subscriber {
  readonly tenant_id: TenantId;
  readonly reported_to: string;
}

/**
 * Begins to tell at a new subscription. One that is beside another changes nothing; one that comes after all others have ended doesn't
 * get what has happened meanwhile.
 */
export async function beginToTell(tx: TenantTx, told: Told, webhookId: string): Promise<void> {
  const column = sql.ref(told.reportedTo);
  await sql`
    insert into security_reports (reported_to, changes_reported_to)
    values (pg_snapshot_xmin(pg_current_snapshot()), pg_snapshot_xmin(pg_current_snapshot()))
    on conflict (tenant_id) do update set ${column} = excluded.${column}
      where not exists (select from webhooks w where w.id <> ${webhookId} and ${subscribes(told)})`.execute(
    tx,
  );
}

/** Lists the tenants that have a webhook for it, and how far each has been told. */
export async function listSubscribers(tx: SystemTx, told: Told): Promise<Subscriber[]> {
  const { rows } = await sql<Subscriber>`
    select r.tenant_id, r.${sql.ref(told.reportedTo)} as reported_to from security_reports r
    where exists (select from webhooks w where w.tenant_id = r.tenant_id and ${subscribes(told)})`.execute(
    tx,
  );
  return rows;
}

/** Says of tenants that they are told up to a number; never back. */
export async function setTold(
  tx: SystemTx,
  { reportedTo }: Told,
  tenantIds: readonly string[],
  to: string,
): Promise<void> {
  const column = sql.ref(reportedTo);
  await sql`update security_reports set ${column} = ${to}::xid8
    where tenant_id = any(${[...tenantIds]}::uuid[]) and ${column} < ${to}::xid8`.execute(tx);
}

/** Locks how far the tenant has been told: nobody else tells it meanwhile. */
export async function lockTold(tx: TenantTx, { reportedTo }: Told): Promise<string | undefined> {
  const row = await tx.selectFrom('security_reports').select(reportedTo).forUpdate().executeTakeFirst();
  return row?.[reportedTo] ?? undefined;
}

export async function setOwnTold(tx: TenantTx, { reportedTo }: Told, to: string): Promise<void> {
  await tx
    .updateTable('security_reports')
    .set({ [reportedTo]: to })
    .execute();
}
