import { type Selectable, sql } from 'kysely';
import type { BankStatements, StatementItems } from '#generated/database.ts';
import type { Day } from '#kernel/calendar.ts';
import { paymentReference } from '#payments/nacha/payment-reference.ts';
import type { StatementAccount } from '#payments/settings/statement-account.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { KnownEntry, KnownStatement } from './known-entries.ts';
import type { FileTotal, Leg, NamedPayment } from './match-entry.ts';

const ITEM = [
  ...(['id', 'file_id', 'line', 'state', 'day', 'amount', 'currency', 'code', 'reference'] as const),
  ...(['transaction_id', 'outbound_file_id', 'explanation'] as const),
] as const satisfies readonly (keyof StatementItems)[];

export type StatementItemRow = Pick<Selectable<StatementItems>, (typeof ITEM)[number]>;

/** The account whose statements are read, with its number as it is sealed. */
export interface SealedAccount {
  readonly id: string;
  readonly sealed: string;
}

/** Holds the account, so that its statements are read one after another. Undefined where none is set. */
export async function lockStatementAccount(tx: TenantTx): Promise<SealedAccount | undefined> {
  const row = await tx
    .selectFrom('payment_settings')
    .select(['statement_account', 'statement_number_sealed'])
    .forUpdate()
    .executeTakeFirst();
  const account = (row?.statement_account ?? null) as StatementAccount | null;
  const sealed = row?.statement_number_sealed ?? null;
  return account === null || sealed === null ? undefined : { id: account.id, sealed };
}

export async function listKnownStatements(
  tx: TenantTx,
  account: string,
  from: Day,
  to: Day,
): Promise<KnownStatement[]> {
  const { rows } = await sql<{ from_day: Day; to_day: Day; opening: bigint; closing: bigint }>`
    select from_day::text as from_day, to_day::text as to_day, opening, closing from bank_statements
    where account_id = ${account}::uuid and from_day <= ${to}::date and to_day >= ${from}::date order by id`.execute(
    tx,
  );
  return rows.map((row) => ({
    from: row.from_day,
    to: row.to_day,
    openingMinor: BigInt(row.opening),
    closingMinor: BigInt(row.closing),
  }));
}

/** The entries of an account in some days; a detail of one stands for it. */
export async function listKnownEntries(
  tx: TenantTx,
  account: string,
  from: Day,
  to: Day,
): Promise<KnownEntry[]> {
  const { rows } = await sql<KnownEntry>`
    select distinct left(i.identity, 64) as identity, i.day::text as day from statement_items i
      join bank_statements s on s.tenant_id = i.tenant_id and s.id = i.statement_id
    where s.account_id = ${account}::uuid and i.day between ${from}::date and ${to}::date`.execute(tx);
  return rows;
}

export async function isStatementKnown(read: TenantRead, fileId: string, line: number): Promise<boolean> {
  const row = await read
    .selectFrom('bank_statements')
    .select('id')
    .where('file_id', '=', fileId)
    .where('line', '=', line)
    .executeTakeFirst();
  return row !== undefined;
}

export type NewStatement = Omit<Selectable<BankStatements>, 'tenant_id' | 'received_at'>;

export async function insertStatement(tx: TenantTx, statement: NewStatement): Promise<void> {
  await tx.insertInto('bank_statements').values(statement).execute();
}

export type NewStatementItem = Omit<
  Selectable<StatementItems>,
  'tenant_id' | 'version' | 'received_at' | 'amount' | 'explanation'
> & { readonly amount: string };

/** An item stands for this in the ledger. */
export interface NewLeg {
  readonly transaction_id: string;
  readonly leg: Leg;
  readonly item_id: string;
  readonly reversal_id: string | null;
  readonly amount: string;
}

export async function insertItems(
  tx: TenantTx,
  items: readonly NewStatementItem[],
  legs: readonly NewLeg[],
): Promise<void> {
  await sql`insert into statement_items (id, file_id, statement_id, line, state, day, value_day, amount, currency, code, bank_reference,
      reference, identity, reason, transaction_id, outbound_file_id)
    select n.id, n.file_id, n.statement_id, n.line, n.state, n.day, n.value_day, n.amount, n.currency, n.code, n.bank_reference,
      n.reference, n.identity, n.reason, n.transaction_id, n.outbound_file_id
    from json_to_recordset(${JSON.stringify(items)}) as n (id uuid, file_id uuid, statement_id uuid, line integer, state text, day date,
      value_day date, amount bigint, currency text, code text, bank_reference text, reference text, identity text, reason text,
      transaction_id uuid, outbound_file_id uuid)`.execute(tx);
  await insertLegs(tx, legs);
}

export async function insertLegs(tx: TenantTx, legs: readonly NewLeg[]): Promise<void> {
  await sql`insert into statement_legs (transaction_id, leg, item_id, reversal_id, amount)
    select n.transaction_id, n.leg, n.item_id, n.reversal_id, n.amount
    from json_to_recordset(${JSON.stringify(legs)}) as n (transaction_id uuid, leg text, item_id uuid, reversal_id uuid, amount bigint)`.execute(
    tx,
  );
}

/** Totals of the files that the bank may book within some days, and of those that are named. The sides of a file are told apart by reversals. */
export async function listFileTotals(
  read: TenantRead,
  from: Day,
  to: Day,
  named: { readonly ids: readonly string[]; readonly payments: readonly string[] },
): Promise<FileTotal[]> {
  const { rows } = await sql<{
    file_id: string;
    file_name: string;
    day: Day;
    last_day: Day;
    batch: string | null;
    credits: string;
    debits: string;
  }>`
    with files as (
      select f.id, f.day, split_part(f.object_key, '/', 4) as name from outbound_files f
      where f.state = 'WRITTEN' and f.rejected_at is null and (f.day between ${from}::date - 40 and ${to}::date and exists (
          select from outbound_entries e where e.file_id = f.id and e.effective_entry_date >= ${from}::date - 10)
        or f.id = any(${named.ids}::uuid[])
        or f.id in (select e.file_id from outbound_entries e where e.transaction_id = any(${named.payments}::uuid[])))
    ), entries as (
      select e.file_id, ${BATCH} as batch, e.effective_entry_date, t.amount, t.reverses is not null as is_debit
      from files f join outbound_entries e on e.file_id = f.id
        join ledger_transactions t on t.tenant_id = e.tenant_id and t.id = e.transaction_id
    )
    select f.id as file_id, f.name as file_name, f.day::text as day, max(e.effective_entry_date)::text as last_day, e.batch,
      coalesce(sum(e.amount) filter (where not e.is_debit), 0)::text as credits,
      coalesce(sum(e.amount) filter (where e.is_debit), 0)::text as debits
    from files f join entries e on e.file_id = f.id
    group by grouping sets ((f.id, f.name, f.day), (f.id, f.name, f.day, e.batch)) order by 1, e.batch nulls first`.execute(
    read,
  );
  return rows.flatMap(({ file_id, file_name, day, last_day, batch, ...sums }) => {
    const credits = BigInt(sums.credits);
    const debits = BigInt(sums.debits);
    const of = { fileId: file_id, fileName: file_name, batch, day, lastEffectiveDay: last_day };
    return [
      ...(credits > 0n ? [{ ...of, side: 'CREDITS' as const, amountMinor: -credits }] : []),
      ...(debits > 0n ? [{ ...of, side: 'DEBITS' as const, amountMinor: debits }] : []),
      ...(credits > 0n && debits > 0n
        ? [{ ...of, side: 'BOTH' as const, amountMinor: debits - credits }]
        : []),
    ];
  });
}

/** The batch of an entry: its side, its day and its class, as files are written. */
const BATCH = sql`concat_ws(' ', case when t.reverses is null then 'credit' else 'debit' end, e.effective_entry_date, e.sec_code, e.descriptive_date,
  coalesce(e.entry_description, 'PAYMENT'))`;

const PAYMENT = sql`select o.transaction_id as id, t.amount, t.reverses, e.trace_number, e.file_id,
    exists (select from payment_movements m where m.transaction_id = o.transaction_id and m.leg = 'OUT') as is_sent,
    case when e.file_id is not null then ${BATCH} end as batch
  from payment_orders o join ledger_transactions t on t.tenant_id = o.tenant_id and t.id = o.transaction_id
    left join outbound_entries e on e.tenant_id = o.tenant_id and e.transaction_id = o.transaction_id`;

interface PaymentRow {
  readonly id: string;
  readonly amount: bigint;
  readonly reverses: string | null;
  readonly trace_number: string | null;
  readonly file_id: string | null;
  readonly batch: string | null;
  readonly is_sent: boolean;
}

const toPayment = (row: PaymentRow): NamedPayment => ({
  id: row.id,
  reference: paymentReference(row.id),
  traceNumber: row.trace_number,
  amountMinor: BigInt(row.amount),
  reverses: row.reverses,
  fileId: row.file_id,
  isSent: row.is_sent,
  batch: row.batch,
});

/** Payments by what names them. The end of an id is looked for among those that were ordered since the first id. */
export async function listNamedPayments(
  read: TenantRead,
  currency: string,
  named: {
    readonly ids: readonly string[];
    readonly traces: readonly string[];
    readonly ends: readonly string[];
  },
  since: string,
): Promise<NamedPayment[]> {
  const { rows } = await sql<PaymentRow>`
    with named as (
      select transaction_id from payment_orders where transaction_id = any(${named.ids}::uuid[])
      union select transaction_id from outbound_entries where trace_number = any(${named.traces}::text[])
      union select transaction_id from payment_orders
        where cardinality(${named.ends}::text[]) > 0 and transaction_id >= ${since}::uuid and right(transaction_id::text, 17) = any(${named.ends}::text[])
    )
    ${PAYMENT} where o.transaction_id in (select transaction_id from named) and t.currency = ${currency}`.execute(
    read,
  );
  return rows.map(toPayment);
}

export async function listPaymentsOfFiles(
  read: TenantRead,
  fileIds: readonly string[],
): Promise<NamedPayment[]> {
  const { rows } = await sql<PaymentRow>`${PAYMENT} where e.file_id = any(${fileIds}::uuid[])`.execute(read);
  return rows.map(toPayment);
}

/** The legs of payments that stand in an item already. */
export async function listCoveredLegs(
  read: TenantRead,
  transactionIds: readonly string[],
): Promise<{ readonly transactionId: string; readonly leg: Leg }[]> {
  const { rows } = await sql<{ transactionId: string; leg: Leg }>`
    select transaction_id as "transactionId", leg from statement_legs where transaction_id = any(${transactionIds}::uuid[])`.execute(
    read,
  );
  return rows;
}

export function lockStatementItem(
  tx: TenantTx,
  fileId: string,
  id: string,
): Promise<StatementItemRow | undefined> {
  return tx
    .selectFrom('statement_items')
    .select(ITEM)
    .where('file_id', '=', fileId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export async function setItemResolved(
  tx: TenantTx,
  id: string,
  by: Pick<StatementItemRow, 'transaction_id' | 'outbound_file_id' | 'explanation'>,
): Promise<void> {
  await tx
    .updateTable('statement_items')
    .set((eb) => ({ ...by, state: 'RESOLVED', reason: null, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
}
