import { sql } from 'kysely';
import type { Day } from '#kernel/calendar.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Mismatch } from './match-entry.ts';

/** The id of the account whose statements are compared; none where none is set. */
const ACCOUNT = sql`account as (select (statement_account ->> 'id')::uuid as id from payment_settings)`;

/** The bank says this of an account on a day. */
export interface BankBalances {
  /** The first day of the first statement, and the balance before it. */
  readonly opening_day: Day;
  readonly opening: bigint;
  /** The last day until the day asked for that a statement has, and the balance after it. */
  readonly closing_day: Day;
  readonly closing: bigint;
}

/** Undefined where no statement begins by that day. */
export async function findBankBalances(read: TenantRead, asOf: string): Promise<BankBalances | undefined> {
  const { rows } = await sql<BankBalances>`
    with ${ACCOUNT}, known as (select id, from_day, to_day, opening, closing from bank_statements where account_id = (select id from account) and from_day <= ${asOf}::date),
    first as (select from_day, opening from known order by from_day, id limit 1),
    -- The newest that has ended, unless one goes on beyond the day: then what has been booked of it by the day.
    ended as (select to_day, closing from known where to_day <= ${asOf}::date order by to_day desc, id desc limit 1),
    going_on as (select from_day, opening from known where to_day > ${asOf}::date order by from_day desc, id desc limit 1)
    select f.from_day::text as opening_day, f.opening,
      case when e.to_day = ${asOf}::date or g.from_day is null then e.to_day else ${asOf}::date end::text as closing_day,
      case when e.to_day = ${asOf}::date or g.from_day is null then e.closing
        else g.opening + coalesce((select sum(i.amount) from statement_items i join bank_statements s on s.tenant_id = i.tenant_id and s.id = i.statement_id
          where s.account_id = (select id from account) and i.day between g.from_day and ${asOf}::date), 0) end::bigint as closing
    from first f left join ended e on true left join going_on g on true`.execute(read);
  return rows[0];
}

/** The currency and the day of a comparison. */
export interface Reconciled {
  readonly asOf: string;
  readonly currency: string;
}

/** A count and a sum of minor units, which may leave a bigint. */
export interface Sum {
  readonly count: bigint;
  readonly amount: string;
}

/** Each column is a count and a sum. */
export interface ReconciliationSums {
  readonly entries: Sum;
  readonly moved: Sum;
  readonly matched: Sum;
  readonly explained: Sum;
  readonly unmatched: Sum;
  readonly ahead: Sum;
  readonly outstanding: Sum;
  readonly before: Sum;
}

/** The entries of an account, what of the ledger they stand for, and what the ledger has moved, all until a day. */
const parts = ({ asOf, currency }: Reconciled) => sql`${ACCOUNT},
  since as (select min(from_day) as day from bank_statements where account_id = (select id from account) and from_day <= ${asOf}::date),
  items as (
    select i.id, i.file_id, i.state, i.day, i.amount, i.reason, i.explanation, coalesce(i.reference, i.bank_reference) as reference
    from statement_items i join bank_statements s on s.tenant_id = i.tenant_id and s.id = i.statement_id
    where s.account_id = (select id from account)),
  legs as (select l.transaction_id, l.leg, l.amount, i.id as item_id, i.file_id, i.day, i.reference from statement_legs l join items i on i.id = l.item_id),
  moved as (select transaction_id, leg, amount, effective_date from payment_movements
    where currency = ${currency} and effective_date <= ${asOf}::date),
  -- Money that the ledger moved before the first statement counts where a statement has it later.
  ledger as (select m.transaction_id, m.leg, m.amount, m.effective_date, l.day from moved m left join legs l using (transaction_id, leg)),
  ahead as (select l.transaction_id, l.leg, l.amount, l.item_id, l.file_id, l.day, l.reference from legs l where l.day <= ${asOf}::date
    and not exists (select from moved m where m.transaction_id = l.transaction_id and m.leg = l.leg))`;

const summed = (name: string, from: ReturnType<typeof sql>) =>
  sql`(select json_build_object('count', count(*), 'amount', coalesce(sum(amount), 0)::text) from ${from}) as ${sql.ref(name)}`;

export async function sumReconciliation(read: TenantRead, of: Reconciled): Promise<ReconciliationSums> {
  const { asOf } = of;
  const until = sql`day <= ${asOf}::date`;
  const { rows } = await sql<ReconciliationSums>`with ${parts(of)} select
    ${summed('entries', sql`items where ${until}`)},
    ${summed('moved', sql`moved`)},
    ${summed('matched', sql`ledger where ${until}`)},
    ${summed('explained', sql`items where ${until} and explanation is not null`)},
    ${summed('unmatched', sql`items where ${until} and state = 'UNMATCHED'`)},
    ${summed('ahead', sql`ahead`)},
    ${summed('outstanding', sql`ledger where (effective_date >= (select day from since) or day is not null) and (day is null or day > ${asOf}::date)`)},
    ${summed('before', sql`ledger where effective_date < (select day from since) and day is null`)}`.execute(
    read,
  );
  const [sums] = rows;
  if (sums === undefined) throw new Error('a selection without rows has answered none');
  return sums;
}

/** Something that one of both has, and the other has not. */
export interface OutstandingRow {
  readonly day: Day;
  readonly id: string;
  readonly place: string;
  readonly held_by: 'BANK' | 'LEDGER';
  readonly amount: bigint;
  readonly reason: Mismatch | 'not-in-ledger' | 'not-at-bank';
  readonly item_id: string | null;
  readonly bank_file_id: string | null;
  readonly transaction_id: string | null;
  readonly reference: string | null;
}

/** Lists what is outstanding by day, the oldest first. */
export async function listOutstanding(
  read: TenantRead,
  of: Reconciled,
  { after, limit }: { readonly after: readonly string[] | undefined; readonly limit: number },
): Promise<OutstandingRow[]> {
  const { asOf } = of;
  const position =
    after === undefined
      ? sql`true`
      : sql`(day, id, place) > (${after[0]}::date, ${after[1]}::uuid, ${after[2]}::text)`;
  const { rows } = await sql<OutstandingRow>`with ${parts(of)}, outstanding as (
    select day, id, 'BANK' as place, 'BANK' as held_by, amount, reason, id as item_id, file_id as bank_file_id, null::uuid as transaction_id, reference
    from items where state = 'UNMATCHED' and day <= ${asOf}::date
    union all
    select day, transaction_id, 'BANK/' || leg, 'BANK', amount, 'not-in-ledger', item_id, file_id, transaction_id, reference from ahead
    union all
    select effective_date, transaction_id, 'LEDGER/' || leg, 'LEDGER', amount, 'not-at-bank', null, null, transaction_id, null
    from ledger where (effective_date >= (select day from since) or day is not null) and (day is null or day > ${asOf}::date))
    select day::text as day, id, place, held_by, amount, reason, item_id, bank_file_id, transaction_id, reference from outstanding
    where ${position} order by outstanding.day, outstanding.id, outstanding.place limit ${limit}`.execute(
    read,
  );
  return rows;
}
