import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { OutboundEntries, OutboundFiles } from '#generated/database.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

const OUTBOUND_FILES_COLUMNS = [
  'acknowledged_at',
  'acknowledged_by',
  'bank_profile',
  'day',
  'entries',
  'fetched_at',
  'fetched_by',
  'id',
  'last_trace_sequence',
  'modifier',
  'object_key',
  'offset_number_sealed',
  'originator',
  'prenotes',
  'prepared_at',
  'rejected_at',
  'rejected_by',
  'rejected_for',
  'sha256',
  'state',
  'tenant_id',
  'total_amount',
  'total_debit',
  'updated_at',
  'version',
] as const satisfies readonly (keyof OutboundFiles)[];
const OUTBOUND_ENTRIES_COLUMNS = [
  'descriptive_date',
  'effective_entry_date',
  'entry_description',
  'file_id',
  'instruction_sealed',
  'sec_code',
  'tenant_id',
  'trace_number',
  'trace_sequence',
  'transaction_id',
] as const satisfies readonly (keyof OutboundEntries)[];

export type OutboundFileRow = Selectable<OutboundFiles>;
export type OutboundEntryRow = Selectable<OutboundEntries>;

export interface FilingTenant {
  readonly tenant_id: TenantId;
  readonly slug: string;
  /** The present instant, by the tenant’s clock. */
  readonly at: Date;
}

/** Tenants with payments or prenotes that wait for a file, or with a file that was not written to its end. */
export async function listFilingTenants(tx: SystemTx, now: Date): Promise<FilingTenant[]> {
  const { rows } =
    await sql<FilingTenant>`select t.id as tenant_id, t.slug, ${now}::timestamptz + t.clock_ahead as at from tenant_directory t
    where exists (select from outbound_files f where f.tenant_id = t.id and f.state = 'PREPARED')
      or exists (select from payment_orders o join ledger_transactions x on x.tenant_id = o.tenant_id and x.id = o.transaction_id
        where o.tenant_id = t.id and o.channel = 'NACHA_FILE' and o.released_at is not null and x.status = 'PENDING')
      or exists (select from bank_accounts b where b.tenant_id = t.id and b.prenote = 'WAITING' and b.status = 'ACTIVE')
    order by t.id`.execute(tx);
  return rows;
}

/** Released payments and reversals that are in no file yet, oldest first; without those that pay again what the bank contradicts itself about. */
export async function listReleased(tx: TenantTx, limit: number): Promise<string[]> {
  const { rows } = await sql<{ transaction_id: string }>`select o.transaction_id from payment_orders o
    join ledger_transactions t on t.id = o.transaction_id
    where o.channel = 'NACHA_FILE' and o.released_at is not null and t.status = 'PENDING'
      and not exists (select from outbound_entries e where e.transaction_id = o.transaction_id)
      and not exists (select from bank_contradictions c where c.transaction_id = o.replaces and c.state = 'OPEN')
    order by o.transaction_id limit ${limit}`.execute(tx);
  return rows.map(({ transaction_id }) => transaction_id);
}

export interface LastWritten {
  /** The number of the day's files. */
  readonly files: number;
  /** The last sequence that the newest file of all days has used up; null before the first. */
  readonly sequence: number | null;
}

export async function findLastWritten(tx: TenantTx, day: string): Promise<LastWritten> {
  const { rows } = await sql<LastWritten>`select
    (select count(*)::integer from outbound_files where day = ${day}::date) as files,
    (select coalesce(f.last_trace_sequence, (select max(e.trace_sequence) from outbound_entries e where e.file_id = f.id))
      from outbound_files f order by f.id desc limit 1) as sequence`.execute(tx);
  return rows[0] ?? { files: 0, sequence: null };
}

/** Whether a file of the tenant has this place. */
export async function isPlaceTaken(tx: TenantTx, objectKey: string): Promise<boolean> {
  const row = await tx
    .selectFrom('outbound_files')
    .select('id')
    .where('object_key', '=', objectKey)
    .executeTakeFirst();
  return row !== undefined;
}

export type NewFile = Pick<
  OutboundFileRow,
  | ('id' | 'day' | 'modifier' | 'object_key' | 'prepared_at' | 'entries' | 'total_amount' | 'total_debit')
  | ('last_trace_sequence' | 'offset_number_sealed' | 'prenotes')
> & { readonly originator: string; readonly bank_profile: string };

export async function insertFile(
  tx: TenantTx,
  file: NewFile,
  entries: readonly Omit<OutboundEntryRow, 'tenant_id'>[],
): Promise<void> {
  await tx.insertInto('outbound_files').values(file).execute();
  if (entries.length === 0) return;
  await sql`insert into outbound_entries (transaction_id, file_id, trace_sequence, trace_number, effective_entry_date, sec_code,
      descriptive_date, entry_description, instruction_sealed)
    select e.transaction_id, e.file_id, e.trace_sequence, e.trace_number, e.effective_entry_date, e.sec_code, e.descriptive_date,
      e.entry_description, e.instruction_sealed
    from json_to_recordset(${JSON.stringify(entries)}) as e (transaction_id uuid, file_id uuid, trace_sequence integer,
      trace_number text, effective_entry_date date, sec_code text, descriptive_date text, entry_description text,
      instruction_sealed text)`.execute(tx);
}

export function listPrepared(read: TenantRead): Promise<OutboundFileRow[]> {
  return read
    .selectFrom('outbound_files')
    .select(OUTBOUND_FILES_COLUMNS)
    .where('state', '=', 'PREPARED')
    .orderBy('id')
    .execute();
}

/** Whether nobody has written a file to its end. */
export async function isUnwritten(read: TenantRead, fileId: string): Promise<boolean> {
  const row = await read
    .selectFrom('outbound_files')
    .select('state')
    .where('id', '=', fileId)
    .executeTakeFirst();
  return row?.state === 'PREPARED';
}

export function listEntries(read: TenantRead, fileId: string): Promise<OutboundEntryRow[]> {
  return read
    .selectFrom('outbound_entries')
    .select(OUTBOUND_ENTRIES_COLUMNS)
    .where('file_id', '=', fileId)
    .orderBy('trace_sequence')
    .execute();
}

/** The sealed instruction of a payment, as it stands in its file. */
export async function findSentInstruction(
  read: TenantRead,
  transactionId: string,
): Promise<string | undefined> {
  const row = await read
    .selectFrom('outbound_entries')
    .select('instruction_sealed')
    .where('transaction_id', '=', transactionId)
    .executeTakeFirst();
  return row?.instruction_sealed;
}

/** False when another has marked it. */
export async function setWritten(tx: TenantTx, fileId: string, sha256: string): Promise<boolean> {
  const updated = await tx
    .updateTable('outbound_files')
    .set({ state: 'WRITTEN', sha256 })
    .where('id', '=', fileId)
    .where('state', '=', 'PREPARED')
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

const NOW = sql<Date>`now()`;

/** The person who says that the bank has a file; null where the bank says so. */
type Witness = string | null;

interface Acknowledgement {
  readonly acknowledged_by: Witness;
  readonly acknowledged_at: RawBuilder<Date>;
}

interface Rejection {
  readonly rejected_by: Witness;
  readonly rejected_for: string;
  readonly rejected_at: RawBuilder<Date>;
}

/** Notes the one answer of the bank to files that are written. */
function answering(tx: TenantTx, answer: Acknowledgement | Rejection) {
  return tx
    .updateTable('outbound_files')
    .set((eb) => ({ ...answer, version: eb('version', '+', 1), updated_at: NOW }))
    .where('state', '=', 'WRITTEN')
    .where('acknowledged_at', 'is', null)
    .where('rejected_at', 'is', null);
}

const acknowledgedBy = (by: Witness): Acknowledgement => ({ acknowledged_by: by, acknowledged_at: NOW });

/** False when the file is not written, or was acknowledged or rejected before. */
export async function setAcknowledged(tx: TenantTx, fileId: string, by: Witness): Promise<boolean> {
  const updated = await answering(tx, acknowledgedBy(by)).where('id', '=', fileId).executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** Marks the files of payments of which the bank has said something: it has them. */
export async function setAcknowledgedByAnswer(
  tx: TenantTx,
  transactionIds: readonly string[],
): Promise<void> {
  await answering(tx, acknowledgedBy(null))
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('outbound_entries')
        .select('file_id')
        .where('transaction_id', '=', (of) => of.fn.any(of.val([...transactionIds]))),
    )
    .execute();
}

/** Notes that the bank has not taken a file; false when it is not written, or was acknowledged or rejected before. */
export async function setRejected(tx: TenantTx, fileId: string, by: Witness, why: string): Promise<boolean> {
  const rejection = { rejected_by: by, rejected_for: why, rejected_at: NOW };
  const updated = await answering(tx, rejection).where('id', '=', fileId).executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** Notes who was the first to fetch a file that is written. */
export async function setFetched(tx: TenantTx, fileId: string, by: string): Promise<boolean> {
  const updated = await tx
    .updateTable('outbound_files')
    .set((eb) => ({
      fetched_by: by,
      fetched_at: NOW,
      version: eb('version', '+', 1),
      updated_at: NOW,
    }))
    .where('id', '=', fileId)
    .where('state', '=', 'WRITTEN')
    .where('fetched_at', 'is', null)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

export type SentFile = Pick<OutboundFileRow, 'id' | 'sha256' | 'acknowledged_at' | 'rejected_at'>;

/** The written file in a place. */
export function findWritten(read: TenantRead, objectKey: string): Promise<SentFile | undefined> {
  return read
    .selectFrom('outbound_files')
    .select(['id', 'sha256', 'acknowledged_at', 'rejected_at'])
    .where('object_key', '=', objectKey)
    .where('state', '=', 'WRITTEN')
    .executeTakeFirst();
}

/** An entry of a file that is written, by its trace number: a payment, or a prenote. */
export interface TracedEntry {
  readonly trace_number: string;
  readonly id: string;
  /** The payment, or the account that the prenote asks for, as the trail names it. */
  readonly resource: string;
  readonly is_prenote: boolean;
  /** Minor units. */
  readonly amount: bigint;
}

/** Lists entries by their trace numbers, newest first, because trace numbers repeat after ten million entries. */
export async function listByTraces(
  read: TenantRead,
  traceNumbers: readonly string[],
): Promise<TracedEntry[]> {
  const traces = [...new Set(traceNumbers)];
  const { rows } = await sql<TracedEntry>`
    select e.trace_number, e.transaction_id as id, 'transactions/' || e.transaction_id as resource, false as is_prenote, t.amount
    from outbound_entries e join ledger_transactions t on t.id = e.transaction_id where e.trace_number = any(${traces}::text[])
    union all
    select p.trace_number, p.id, 'bank-accounts/' || p.bank_account_id, true, 0 from outbound_prenotes p where p.trace_number = any(${traces}::text[])
    order by is_prenote, id desc`.execute(read);
  return rows;
}
