import { type RawBuilder, sql } from 'kysely';
import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { BankFile, getBankFile, listBankFiles } from './bank-files.routes.ts';
import type { InboundItemRow } from './inbound-file.repository.ts';

type Shown = z.infer<typeof BankFile>;
type Filter = z.output<(typeof listBankFiles)['query']>;
type ItemFilter = z.output<(typeof getBankFile)['query']>;

export interface BankFileRow {
  readonly id: string;
  readonly direction: Shown['direction'];
  readonly kind: Shown['kind'];
  readonly state: Shown['state'];
  readonly object_key: string;
  readonly bytes: bigint | null;
  readonly reason: string | null;
  readonly reason_line: number | null;
  readonly day: string | null;
  readonly payments: number | null;
  readonly prenotes: number;
  readonly total: bigint | null;
  readonly total_reversed: bigint | null;
  readonly ignored_batches: number;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly fetched_at: Date | null;
  readonly fetched_by: string | null;
  readonly rejected_at: Date | null;
  readonly rejected_by: string | null;
  /** S3’s tag of an inbound file. */
  readonly etag: string | null;
  readonly is_written: boolean;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly applied: number;
  readonly unmatched: number;
  readonly unreadable: number;
  readonly resolved: number;
}

const COLUMNS = sql.raw(
  'id, direction, kind, state, object_key, bytes, reason, reason_line, day, payments, prenotes, total, total_reversed, ignored_batches, acknowledged_at, acknowledged_by, fetched_at, fetched_by, rejected_at, rejected_by, etag, is_written, version, created_at, updated_at',
);

/** The files of both directions, in one shape. */
const FILES = sql`
  select id, 'inbound' as direction, kind, state, object_key, bytes, reason, reason_line, null::date as day, null::integer as payments, 0 as prenotes,
    null::bigint as total, null::bigint as total_reversed, ignored_batches, acknowledged_at, acknowledged_by, null::timestamptz as fetched_at,
    null::uuid as fetched_by, null::timestamptz as rejected_at, null::uuid as rejected_by, etag, true as is_written, version,
    received_at as created_at, updated_at
  from inbound_files
  union all
  select id, 'outbound', 'PAYMENTS', case when rejected_at is not null then 'REJECTED' when acknowledged_at is not null then 'ACKNOWLEDGED'
    when fetched_at is not null then 'FETCHED' else 'PREPARED' end, object_key, null, rejected_for, null, day, entries, prenotes,
    total_amount, nullif(total_debit, 0), 0, acknowledged_at, acknowledged_by, fetched_at, fetched_by, rejected_at, rejected_by, null, state = 'WRITTEN',
    version, prepared_at, updated_at
  from outbound_files`;

const counted = (files: RawBuilder<unknown>) => sql<BankFileRow>`
  select ${COLUMNS}, c.applied, c.unmatched, c.unreadable, c.resolved
  from (${files}) as f cross join lateral (
    select count(*) filter (where i.state = 'APPLIED')::integer as applied,
      count(*) filter (where i.state = 'UNMATCHED')::integer as unmatched,
      count(*) filter (where i.state = 'UNREADABLE')::integer as unreadable,
      count(*) filter (where i.state = 'RESOLVED')::integer as resolved
    from (select file_id, state from inbound_items union all select file_id, state from statement_items) as i where i.file_id = f.id) as c`;

export async function listFiles(
  read: TenantRead,
  { limit, cursor, direction, state }: Filter,
): Promise<BankFileRow[]> {
  const after = cursor === undefined ? sql`` : sql`and id < ${decodeCursor(cursor, ['uuid'])[0]}::uuid`;
  const ofDirection = direction === undefined ? sql`` : sql`and direction = ${direction}`;
  const inState = state === undefined ? sql`` : sql`and state = ${state}`;
  const page = sql`select ${COLUMNS} from (${FILES}) as b where true ${after} ${ofDirection} ${inState} order by id desc limit ${limit + 1}`;
  const { rows } = await sql<BankFileRow>`${counted(page)} order by f.id desc`.execute(read);
  return rows;
}

export async function findFile(read: TenantRead, id: string): Promise<BankFileRow | undefined> {
  const { rows } = await counted(sql`select ${COLUMNS} from (${FILES}) as b where id = ${id}::uuid`).execute(
    read,
  );
  return rows[0];
}

export type Item = z.infer<(typeof getBankFile)['response']>['items'][number];

export type ItemRow = Omit<
  InboundItemRow,
  'tenant_id' | 'file_id' | 'corrected_sealed' | 'original_rdfi' | 'prenote_id' | 'kind'
> & {
  readonly bank_account_id: string | null;
  readonly kind: Item['kind'];
  readonly booked_on: string | null;
  readonly reference: string | null;
  readonly outbound_file_id: string | null;
  readonly explanation: NonNullable<Item['explanation']> | null;
};

/** The items of a file, and the entries of a statement, in one shape. */
const ITEMS = sql`
  select id, file_id, state, line, kind, code, trace_number, original_trace_number, amount, reason, transaction_id,
    (select p.bank_account_id from outbound_prenotes p where p.id = inbound_items.prenote_id) as bank_account_id, null::text as booked_on,
    null::text as reference, null::uuid as outbound_file_id, null::text as explanation
  from inbound_items
  union all
  select id, file_id, state, line, case when amount < 0 then 'DEBIT' else 'CREDIT' end, code, null, null, amount, reason, transaction_id, null,
    day::text, coalesce(reference, bank_reference), outbound_file_id, explanation
  from statement_items`;

export async function listItems(
  read: TenantRead,
  fileId: string,
  { limit, cursor, item_state }: PageRequest & Pick<ItemFilter, 'item_state'>,
): Promise<ItemRow[]> {
  const inState = item_state === undefined ? sql`` : sql`and state = ${item_state}`;
  const after =
    cursor === undefined ? sql`` : sql`and line > ${Number(decodeCursor(cursor, ['integer'])[0])}`;
  const { rows } = await sql<ItemRow>`
    select id, state, line, kind, code, trace_number, original_trace_number, amount, reason, transaction_id, bank_account_id, booked_on, reference,
      outbound_file_id, explanation
    from (${ITEMS}) as i where file_id = ${fileId}::uuid ${inState} ${after} order by line limit ${limit + 1}`.execute(
    read,
  );
  return rows;
}

/** The statements of a file that are booked. */
export async function listStatements(read: TenantRead, fileId: string) {
  const rows = await read
    .selectFrom('bank_statements')
    .select([
      'id',
      'line',
      'statement_reference',
      'currency',
      'from_day',
      'to_day',
      'opening',
      'closing',
      'entries',
      'repeated',
    ])
    .where('file_id', '=', fileId)
    .orderBy('line')
    .execute();
  return rows.map(({ statement_reference, from_day, to_day, opening, closing, ...row }) => ({
    ...row,
    ...{ reference: statement_reference, from: from_day, to: to_day },
    opening_balance: fromMinor(opening, row.currency),
    closing_balance: fromMinor(closing, row.currency),
  }));
}

/** ACH moves dollars only. */
export const CURRENCY = 'USD';

export function toBankFile(row: BankFileRow): Shown {
  const {
    id,
    direction,
    kind,
    state,
    object_key,
    bytes,
    reason,
    reason_line,
    day,
    payments,
    total,
    version,
  } = row;
  const { total_reversed, fetched_at, fetched_by, rejected_at, rejected_by } = row;
  const { applied, unmatched, unreadable, resolved, ignored_batches, acknowledged_at, acknowledged_by } = row;
  return {
    ...{ id, direction, kind, state, object_key },
    ...(bytes === null ? {} : { bytes: Number(bytes) }),
    ...(reason === null ? {} : { reason }),
    ...(reason_line === null ? {} : { reason_line }),
    ...(day === null ? {} : { day }),
    ...(payments === null ? {} : { payments }),
    ...(row.prenotes === 0 ? {} : { prenotes: row.prenotes }),
    ...(total === null ? {} : { total: fromMinor(total, CURRENCY) }),
    ...(total_reversed === null ? {} : { total_reversed: fromMinor(total_reversed, CURRENCY) }),
    counts: {
      items: applied + unmatched + unreadable + resolved,
      ...{ applied, unmatched, unreadable, resolved, ignored_batches },
    },
    ...(acknowledged_at === null ? {} : { acknowledged_at: acknowledged_at.toISOString() }),
    ...(acknowledged_by === null ? {} : { acknowledged_by }),
    ...(fetched_at === null ? {} : { fetched_at: fetched_at.toISOString() }),
    ...(fetched_by === null ? {} : { fetched_by }),
    ...(rejected_at === null ? {} : { rejected_at: rejected_at.toISOString() }),
    ...(rejected_by === null ? {} : { rejected_by }),
    version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
