import { type Selectable, sql } from 'kysely';
import type { InboundFiles, InboundItems } from '#generated/database.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

export type InboundFileRow = Pick<Selectable<InboundFiles>, 'id' | 'state' | 'version'>;
export type InboundItemRow = Selectable<InboundItems>;
export type NewItem = Omit<InboundItemRow, 'tenant_id'>;

const FILE = ['id', 'state', 'version'] as const satisfies readonly (keyof InboundFiles)[];
const ITEM = [
  'amount',
  'code',
  'corrected_sealed',
  'file_id',
  'id',
  'kind',
  'line',
  'original_rdfi',
  'original_trace_number',
  'prenote_id',
  'reason',
  'state',
  'tenant_id',
  'trace_number',
  'transaction_id',
] as const satisfies readonly (keyof InboundItems)[];

export type Brought = Pick<Selectable<InboundFiles>, 'object_key' | 'etag' | 'bytes' | 'kind'>;

/** Undefined when the file is known. */
export function insertInboundFile(tx: TenantTx, file: Brought): Promise<InboundFileRow | undefined> {
  return tx
    .insertInto('inbound_files')
    .values(file)
    .onConflict((conflict) => conflict.doNothing())
    .returning(FILE)
    .executeTakeFirst();
}

export function findInboundFile(
  tx: TenantTx,
  { object_key, etag }: Brought,
): Promise<InboundFileRow | undefined> {
  return tx
    .selectFrom('inbound_files')
    .select(FILE)
    .where('object_key', '=', object_key)
    .where('etag', '=', etag)
    .executeTakeFirst();
}

export function lockInboundFile(tx: TenantTx, id: string): Promise<InboundFileRow | undefined> {
  return tx.selectFrom('inbound_files').select(FILE).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** The outcome of reading a file. */
export type Read = Pick<Selectable<InboundFiles>, 'state' | 'reason' | 'reason_line' | 'ignored_batches'>;

export async function setRead(tx: TenantTx, id: string, read: Partial<Read>): Promise<void> {
  await tx
    .updateTable('inbound_files')
    .set((eb) => ({ ...read, version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .execute();
}

/** Ends what another file at the same place has left open: this one was brought in its stead. */
export async function setReplaced(
  tx: TenantTx,
  { id, object_key }: Brought & { readonly id: string },
): Promise<void> {
  await tx
    .updateTable('inbound_files')
    .set((eb) => ({
      acknowledged_at: sql<Date>`now()`,
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('object_key', '=', object_key)
    .where('id', '<>', id)
    .where('state', 'in', ['RECEIVED', 'UNREADABLE'])
    .where('acknowledged_at', 'is', null)
    .execute();
}

/** Ends what is open in a file; false when nothing is. */
export async function setClosed(tx: TenantTx, id: string, acknowledgedBy: string): Promise<boolean> {
  const updated = await tx
    .updateTable('inbound_files')
    .set((eb) => ({
      acknowledged_by: acknowledgedBy,
      acknowledged_at: sql<Date>`now()`,
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('id', '=', id)
    .where('state', '<>', 'APPLIED')
    .where('acknowledged_at', 'is', null)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** Writes what has come of items; what has come of one already stays. */
export async function putItems(tx: TenantTx, items: readonly NewItem[]): Promise<void> {
  const shown = items.map(({ amount, ...item }) => ({
    ...item,
    amount: amount === null ? null : String(amount),
  }));
  await sql`insert into inbound_items as i (id, file_id, line, state, kind, code, trace_number, original_trace_number, original_rdfi, amount,
      corrected_sealed, reason, transaction_id, prenote_id)
    select n.id, n.file_id, n.line, n.state, n.kind, n.code, n.trace_number, n.original_trace_number, n.original_rdfi, n.amount,
      n.corrected_sealed, n.reason, n.transaction_id, n.prenote_id
    from json_to_recordset(${JSON.stringify(shown)}) as n (id uuid, file_id uuid, line integer, state text, kind text, code text,
      trace_number text, original_trace_number text, original_rdfi text, amount bigint, corrected_sealed text, reason text,
      transaction_id uuid, prenote_id uuid)
    on conflict on constraint inbound_items_of_line do update set state = excluded.state, kind = excluded.kind, code = excluded.code,
      trace_number = excluded.trace_number, original_trace_number = excluded.original_trace_number,
      original_rdfi = excluded.original_rdfi, amount = excluded.amount, corrected_sealed = excluded.corrected_sealed,
      reason = excluded.reason, transaction_id = excluded.transaction_id, prenote_id = excluded.prenote_id
    where i.state in ('UNMATCHED', 'UNREADABLE') and excluded.state = 'APPLIED'`.execute(tx);
}

/** The lines of a file of which something has come: reading it again applies the others. */
export async function listEnded(read: TenantRead, fileId: string): Promise<number[]> {
  const rows = await read
    .selectFrom('inbound_items')
    .select('line')
    .where('file_id', '=', fileId)
    .where('state', 'in', ['APPLIED', 'RESOLVED'])
    .execute();
  return rows.map(({ line }) => line);
}

export function lockItem(tx: TenantTx, fileId: string, id: string): Promise<InboundItemRow | undefined> {
  return tx
    .selectFrom('inbound_items')
    .select(ITEM)
    .where('file_id', '=', fileId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export async function setResolved(
  tx: TenantTx,
  id: string,
  answers: Pick<InboundItemRow, 'transaction_id' | 'prenote_id'>,
): Promise<void> {
  await tx
    .updateTable('inbound_items')
    .set({ state: 'RESOLVED', ...answers, corrected_sealed: null, reason: null })
    .where('id', '=', id)
    .execute();
}

/** Takes back what kept statements of a file from being booked, once they are. */
export async function removeFaults(tx: TenantTx, fileId: string, lines: readonly number[]): Promise<void> {
  if (lines.length === 0) return;
  await tx
    .deleteFrom('inbound_items')
    .where('file_id', '=', fileId)
    .where('line', 'in', lines)
    .where('state', '=', 'UNREADABLE')
    .where('kind', 'is', null)
    .execute();
}

export async function hasOpenItems(tx: TenantTx, fileId: string): Promise<boolean> {
  const { rows } = await sql<{ is_open: boolean }>`select
    exists (select from inbound_items where file_id = ${fileId}::uuid and state in ('UNMATCHED', 'UNREADABLE'))
    or exists (select from statement_items where file_id = ${fileId}::uuid and state = 'UNMATCHED') as is_open`.execute(
    tx,
  );
  return rows[0]?.is_open === true;
}
