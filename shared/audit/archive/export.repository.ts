import type { JsonWebKey } from 'node:crypto';
import { sql } from 'kysely';
import { settledUpTo } from '#audit/trail/settled.repository.ts';
import type { AuditExports } from '#generated/database.ts';
import { dayOf } from '#kernel/calendar.ts';
import { LOCKS } from '#kernel/locks.ts';
import { type SystemTx, systemTx } from '#platform/db/system-tx.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { ExportedEntry } from './audit-line.ts';

const AUDIT_EXPORTS_COLUMNS = [
  'digest_key',
  'digest_sha256',
  'entries',
  'exported_at',
  'from_xact',
  'sequence',
  'to_xact',
] as const satisfies readonly (keyof AuditExports)[];

const REASON = 'one digest names the entries of every tenant';
/** The number of entries that an exporter holds in memory. */
const ENTRIES_PER_EXPORT = 50_000;

/** The entries that one digest covers. The plan is stored before any of them is written. */
export interface ExportPlan {
  readonly sequence: bigint;
  readonly from_xact: string;
  readonly to_xact: string;
  readonly exported_at: Date;
}

export interface PlannedExport extends ExportPlan {
  /** Whether entries may have settled beyond it: it was full, or begun by an exporter that was killed. */
  readonly hasMore: boolean;
}

export interface WrittenDigest {
  readonly key: string;
  readonly sha256: string;
}

/**
 * Returns the export that was begun and not completed, or else one that begins where the last ended. Returns
 * undefined if there is nothing new and the day already has its digest; a day without entries gets a digest without
 * objects.
 */
export function planExport(at: Date): Promise<PlannedExport | undefined> {
  return systemTx(REASON, async (tx) => {
    // Its own statement: those after it must see what the holder before us has committed.
    await sql`select pg_advisory_xact_lock(${LOCKS.auditExport})`.execute(tx);
    const last = await findLast(tx);
    if (last !== undefined && last.digest_sha256 === null) return { ...last, hasMore: true };
    const from = last?.to_xact ?? '0';
    const { to, hasEntries, hasMore } = await settledUpTo(tx, from, ENTRIES_PER_EXPORT);
    const isDaySaid = last !== undefined && dayOf(last.exported_at) >= dayOf(at);
    if (isDaySaid && !hasEntries) return undefined;
    const plan = { sequence: (last?.sequence ?? 0n) + 1n, from_xact: from, to_xact: to, exported_at: at };
    await tx.insertInto('audit_exports').values(plan).execute();
    return { ...plan, hasMore };
  });
}

function findLast(tx: SystemTx) {
  return tx
    .selectFrom('audit_exports')
    .select(AUDIT_EXPORTS_COLUMNS)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** The same entries in the same order, whenever it is asked. */
export function listExported({ from_xact, to_xact }: ExportPlan): Promise<ExportedEntry[]> {
  return systemTx(REASON, async (tx) => {
    const { rows } = await sql<ExportedEntry>`
      select tenant_id, id, to_char(ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ts,
        actor_id, actor_role, action, resource, request_id, source_ip, user_agent, problem, changes::text as changes,
        payload::text as payload
      from audit_log where xact >= ${from_xact}::xid8 and xact < ${to_xact}::xid8
      order by tenant_id, id`.execute(tx);
    return rows;
  });
}

export function findWritten(sequence: bigint): Promise<WrittenDigest | undefined> {
  return systemTx(REASON, async (tx) => {
    const row = await tx
      .selectFrom('audit_exports')
      .select(['digest_key', 'digest_sha256'])
      .where('sequence', '=', sequence)
      .executeTakeFirst();
    if (row?.digest_key == null || row.digest_sha256 === null) return undefined;
    return { key: row.digest_key, sha256: row.digest_sha256 };
  });
}

/** Changes nothing when another exporter of the same plan was faster. */
export async function setWritten(sequence: bigint, entries: number, digest: WrittenDigest): Promise<void> {
  await systemTx(REASON, (tx) =>
    tx
      .updateTable('audit_exports')
      .set({ entries, digest_key: digest.key, digest_sha256: digest.sha256 })
      .where('sequence', '=', sequence)
      .where('digest_sha256', 'is', null)
      .execute(),
  );
}

export async function insertKey(key: { kid: string; publicJwk: JsonWebKey; createdAt: Date }): Promise<void> {
  await systemTx('keys that sign digests belong to no tenant', (tx) =>
    tx
      .insertInto('audit_keys')
      .values({ kid: key.kid, public_jwk: JSON.stringify(key.publicJwk), created_at: key.createdAt })
      .execute(),
  );
}

type AnyRead = Pick<TenantRead, 'selectFrom'>;

/** Returns the newest digest in the database. */
export async function findHead(read: AnyRead): Promise<{ sequence: number; sha256: string } | undefined> {
  const row = await read
    .selectFrom('audit_exports')
    .select(['sequence', 'digest_sha256'])
    .where('digest_sha256', 'is not', null)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.digest_sha256 == null
    ? undefined
    : { sequence: Number(row.sequence), sha256: row.digest_sha256 };
}
