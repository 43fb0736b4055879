import type { Selectable } from 'kysely';
import type { z } from 'zod';
import type { ReportExports } from '#generated/database.ts';
import { DAY_MS } from '#kernel/calendar.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import { type TenantRead, type TenantTx, tenantStatements } from '#platform/db/tenant-tx.ts';
import { EXPORT_DAYS, type ReportExport } from './exports.routes.ts';

const COLUMNS = [
  'bytes',
  'completed_at',
  'created_at',
  'failure',
  'format',
  'id',
  'object_key',
  'parameters',
  'report',
  'request_id',
  'requested_by',
  'rows',
  'sha256',
  'state',
  'tenant_id',
] as const satisfies readonly (keyof ReportExports)[];

export type ExportRow = Selectable<ReportExports>;
type Shown = z.input<typeof ReportExport>;

function expiryOf({ completed_at }: ExportRow): Date | null {
  return completed_at === null ? null : new Date(completed_at.getTime() + EXPORT_DAYS * DAY_MS);
}

/** Whether the bucket still has the file. */
export function hasFile(row: ExportRow, now: Date): boolean {
  const expiry = expiryOf(row);
  return row.state === 'DONE' && expiry !== null && expiry > now;
}

export function toReportExport(row: ExportRow, url: string | null): Shown {
  return {
    id: row.id,
    report: row.report as Shown['report'],
    parameters: row.parameters as Shown['parameters'],
    format: row.format,
    state: row.state,
    rows: row.rows,
    bytes: row.bytes === null ? null : Number(row.bytes),
    sha256: row.sha256,
    url,
    failure: row.failure,
    created_at: row.created_at.toISOString(),
    created_by: row.requested_by,
    completed_at: row.completed_at?.toISOString() ?? null,
    expires_at: row.state === 'DONE' ? (expiryOf(row)?.toISOString() ?? null) : null,
  };
}

export interface NewExport {
  readonly report: string;
  readonly parameters: string;
  readonly format: ExportRow['format'];
  readonly requested_by: string;
  readonly request_id: string;
}

export function insertExport(tx: TenantTx, order: NewExport): Promise<ExportRow> {
  return tx.insertInto('report_exports').values(order).returning(COLUMNS).executeTakeFirstOrThrow();
}

export function findExport(read: TenantRead, id: string): Promise<ExportRow | undefined> {
  return read.selectFrom('report_exports').select(COLUMNS).where('id', '=', id).executeTakeFirst();
}

/** Newest first; one more than the limit. */
export function listExports(
  read: TenantRead,
  { state, cursor, limit }: PageRequest & { readonly state?: ExportRow['state'] | undefined },
): Promise<ExportRow[]> {
  let query = read
    .selectFrom('report_exports')
    .select(COLUMNS)
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (state !== undefined) query = query.where('state', '=', state);
  if (cursor !== undefined) query = query.where('id', '<', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}

/** Lists exports of every tenant that were ordered before an instant and have not ended, by id. */
export function listUnfinishedExports(
  tx: SystemTx,
  before: Date,
  after: string,
  limit: number,
): Promise<Pick<ExportRow, 'tenant_id' | 'id'>[]> {
  return tx
    .selectFrom('report_exports')
    .select(['tenant_id', 'id'])
    .where('state', 'in', ['QUEUED', 'RUNNING'])
    .where('created_at', '<', before)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Takes an export up, again after a worker has died; undefined when it has ended. */
export async function beginExport(tenantId: string, id: string): Promise<ExportRow | undefined> {
  const [begun] = await tenantStatements(tenantId, [
    {
      text: `update report_exports set state = 'RUNNING' where id = $1 and state in ('QUEUED', 'RUNNING') returning ${COLUMNS.join(', ')}`,
      values: [id],
    },
  ]);
  return begun?.rows[0] as ExportRow | undefined;
}

export interface WrittenFile {
  readonly rows: number;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export async function endExport(
  tenantId: string,
  id: string,
  end: (WrittenFile & { readonly key: string }) | { readonly failure: string },
): Promise<void> {
  const done = 'key' in end ? end : undefined;
  const failure = 'failure' in end ? end.failure : null;
  await tenantStatements(tenantId, [
    {
      text: `update report_exports set state = $2, rows = $3, object_key = $4, failure = $5, bytes = $6, sha256 = $7, completed_at = clock_timestamp()
        where id = $1 and state = 'RUNNING'`,
      values: [
        ...[id, done === undefined ? 'FAILED' : 'DONE', done?.rows ?? 0, done?.key ?? null, failure],
        ...[done?.bytes ?? null, done?.sha256 ?? null],
      ],
    },
  ]);
}
