import { sql } from 'kysely';
import { LIMIT_WINDOW_SECONDS } from '#contracts/request-classes.ts';
import type { TenantId } from '#kernel/ids.ts';
import { execute } from '#platform/db/kysely.ts';
import { type SystemTx, systemTx } from '#platform/db/system-tx.ts';
import { type Actor, auditStatement, type TenantRead } from '#platform/db/tenant-tx.ts';
import { CATEGORIES, type Category, type Cutoffs, isHeld } from './categories.ts';

const REASON = 'retention of every tenant';
/** The number of records in one transaction, which bounds what it locks and what a kill can undo. */
export const BATCH = 500;
export const batchOf = ({ batch = BATCH }: Category): number => batch;
/** Counters of failed sign-ins, whose windows are minutes. */
const LOGIN_FAILURE_DAYS = 1;
const REQUEST_COUNT_DAYS = 1;

/** Records of one category and one tenant that are to be erased. */
export interface Due {
  readonly category: Category;
  readonly tenantId: TenantId;
}

/**
 * Lists the categories and tenants with records that are due and not held, in the order of the categories. One statement asks
 * for all: most runs find nothing.
 */
export function listDue(cutoffs: Cutoffs): Promise<Due[]> {
  const ofCategory = (category: Category, place: number) => sql`
    select ${sql.lit(place)} as place where exists (
      select from ${sql.table(category.table)} t
      where t.tenant_id = d.id and ${category.due(cutoffs)} and not ${isHeld(category)})`;
  return systemTx(REASON, async (tx) => {
    const { rows } = await sql<{ place: number; tenant_id: TenantId }>`
      select c.place, d.id as tenant_id
      from tenant_directory d cross join lateral (${sql.join(CATEGORIES.map(ofCategory), sql` union all `)}) c
      order by c.place, d.id`.execute(tx);
    return rows.map(({ place, tenant_id }) => ({
      category: CATEGORIES[place] as Category,
      tenantId: tenant_id,
    }));
  });
}

/**
 * Erases at most a batch of records of a category that are due and not held, and records it in the tenant's audit
 * trail: one transaction, one entry. Returns the number of records.
 */
export function purgeBatch(
  category: Category,
  cutoffs: Cutoffs,
  tenantId: TenantId,
  requestId: string,
): Promise<number> {
  return systemTx(
    REASON,
    async (tx) => {
      // The lock is a statement of its own: those after it must see the holds of the transaction that had the lock
      // before.
      await sql`select pg_advisory_xact_lock(retention_lock_key(${tenantId}))`.execute(tx);
      const keys = await erase(tx, category, cutoffs, tenantId);
      if (keys.length === 0) return 0;
      if (category.withNames) await sql`select purge_shareholder_names(${keys}::uuid[])`.execute(tx);
      const actor: Actor = { tenantId, actorId: null, actorRole: 'SYSTEM', requestId };
      const entry = {
        action: 'retention.purged',
        resource: `retention/${category.name}`,
        payload: { category: category.name, records: keys.length },
      } as const;
      await execute(tx, auditStatement(actor, entry));
      return keys.length;
    },
    tenantId,
  );
}

async function erase(
  tx: SystemTx,
  category: Category,
  cutoffs: Cutoffs,
  tenantId: TenantId,
): Promise<string[]> {
  const table = sql.table(category.table);
  const key = sql.ref(category.key);
  const erased = category.erased?.(cutoffs);
  const change = erased === undefined ? sql`delete from ${table}` : sql`update ${table} set ${erased}`;
  // Materialized: a plan that asked a subquery twice would take two batches.
  const { rows } = await sql<{ key: string }>`
    with batch as materialized (
      select ${sql.ref(`t.${category.key}`)} as key from ${table} t
      where t.tenant_id = ${tenantId} and ${category.due(cutoffs)} and not ${isHeld(category)}
      limit ${batchOf(category)} for update of t)
    ${change} where tenant_id = ${tenantId} and ${key} in (select batch.key from batch)
    returning ${key} as key`.execute(tx);
  return rows.map((row) => row.key);
}

/** Deletes login failures, which belong to no tenant: their keys are hashes. */
export function deleteLoginFailures(at: Date): Promise<number> {
  return systemTx('counters of failed sign-ins belong to no tenant', async (tx) => {
    const { rows } = await sql<{ deleted: number }>`
      select purge_login_failures(${at}::timestamptz - make_interval(days => ${LOGIN_FAILURE_DAYS}::integer)) as deleted`.execute(
      tx,
    );
    return rows[0]?.deleted ?? 0;
  });
}

/** Deletes the counts of requests whose users, tenants or networks have sent none since: as long as they do, they delete their own. */
export function deleteRequestCounts(at: Date): Promise<void> {
  return systemTx('counts of requests belong to no tenant', async (tx) => {
    await sql`select purge_request_counts(
      ${at}::timestamptz - make_interval(days => ${REQUEST_COUNT_DAYS}::integer), ${LIMIT_WINDOW_SECONDS}::integer)`.execute(
      tx,
    );
  });
}

/** Counts the tenant's records that are due, and those of them that a hold keeps. */
export async function countDue(
  read: TenantRead,
  category: Category,
  cutoffs: Cutoffs,
): Promise<{ due: number; held: number }> {
  const { rows } = await sql<{ due: number; held: number }>`
    select count(*) filter (where not held)::integer as due, count(*) filter (where held)::integer as held
    from (select ${isHeld(category)} as held from ${sql.table(category.table)} t
      where t.tenant_id = current_tenant() and ${category.due(cutoffs)}) as found`.execute(read);
  return rows[0] ?? { due: 0, held: 0 };
}
