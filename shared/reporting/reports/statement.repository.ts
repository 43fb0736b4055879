import { sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { STATEMENT_KINDS } from './ownership.routes.ts';
import type { Part } from './report.ts';

export interface StatementQuery {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

export interface StatementRow {
  readonly day: string;
  readonly kind: (typeof STATEMENT_KINDS)[number];
  readonly security_class: string | null;
  readonly quantity: string | null;
  readonly balance: string | null;
  /** Minor units. */
  readonly amount: bigint | null;
  readonly currency: string | null;
  readonly reference: string | null;
  readonly note: string | null;
  /** The place among the lines of a day. */
  readonly place: string;
}

export interface StatementHolder {
  readonly shareholder_id: string;
  readonly external_ref: string;
  readonly name: string;
}

export interface StatementPosition {
  readonly security_class: string;
  readonly opening: string;
  readonly closing: string;
}

export function findStatementHolder(read: TenantRead, id: string): Promise<StatementHolder | undefined> {
  return read
    .selectFrom('holders_of_record')
    .select(['id as shareholder_id', 'external_ref', 'name'])
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Returns the name of the tenant whose register it is. */
export async function issuerName(read: TenantRead): Promise<string> {
  const { name } = await read
    .selectFrom('tenant_directory')
    .select('name')
    .where('id', '=', sql<string>`current_tenant()`)
    .executeTakeFirstOrThrow();
  return name ?? '';
}

/** Returns the shares of each class that the holder has had around those days, or since. */
export async function listStatementPositions(
  read: TenantRead,
  { id, from, to }: StatementQuery,
): Promise<StatementPosition[]> {
  const { rows } = await sql<StatementPosition>`
    select security_class, coalesce(sum(delta) filter (where effective_date < ${from}::date), 0)::text as opening, sum(delta)::text as closing
    from position_ledger where shareholder_id = ${id}::uuid and effective_date <= ${to}::date
    group by security_class order by security_class collate "C"`.execute(read);
  return rows;
}

const INSTANT = sql.lit('YYYY-MM-DD"T"HH24:MI:SS.US');

/** The balance is of all that was recorded for the days until then, so that it runs on from one line to the next. */
const POSITIONS = ({ id, to }: StatementQuery) => sql`
  select effective_date as day,
    case when source like 'transfer:%' then case when delta > 0 then 'TRANSFER_IN' else 'TRANSFER_OUT' end
      when source like 'corporate-action:%' then 'SPLIT' else 'POSITION_SET' end as kind,
    security_class, delta as quantity,
    sum(delta) over (partition by security_class order by effective_date, recorded_at, id) as balance,
    null::bigint as amount, null as currency, nullif(split_part(source, ':', 2), '') as reference, reason as note,
    '0 ' || to_char(recorded_at at time zone 'UTC', ${INSTANT}) || lpad(id::text, 20, '0') as place
  from position_ledger where shareholder_id = ${id}::uuid and effective_date <= ${to}::date`;

const DIVIDENDS = ({ id }: StatementQuery) => sql`
  select d.payable_date, 'DIVIDEND', f.security_class, l.holdings, null::numeric, l.amount, d.currency, d.id::text, null, '1 ' || d.id
  from declared_dividends d
    join frozen_dividends f on f.tenant_id = d.tenant_id and f.id = d.id
    join entitlements l on l.tenant_id = d.tenant_id and l.dividend_id = d.id and l.shareholder_id = ${id}::uuid
  union all
  select a.effective_date, 'DIVIDEND_ADJUSTMENT', f.security_class, null, null, a.amount, d.currency, d.id::text, a.reason, '2 ' || a.id
  from declared_dividends d
    join frozen_dividends f on f.tenant_id = d.tenant_id and f.id = d.id
    join entitlement_adjustments a on a.tenant_id = d.tenant_id and a.dividend_id = d.id and a.shareholder_id = ${id}::uuid
  union all
  select d.payable_date, 'TAX_WITHHELD', null, null, null, l.withheld, d.currency, d.id::text, null, '2a ' || d.id
  from declared_dividends d
    join frozen_dividends f on f.tenant_id = d.tenant_id and f.id = d.id
    join entitlements l on l.tenant_id = d.tenant_id and l.dividend_id = d.id and l.shareholder_id = ${id}::uuid
  where l.withheld <> 0
  union all
  select a.effective_date, 'TAX_WITHHELD', null, null, null, a.withheld, d.currency, d.id::text, a.reason, '2b ' || a.id
  from declared_dividends d
    join frozen_dividends f on f.tenant_id = d.tenant_id and f.id = d.id
    join entitlement_adjustments a on a.tenant_id = d.tenant_id and a.dividend_id = d.id and a.shareholder_id = ${id}::uuid
  where a.withheld <> 0
  union all
  select r.received_on, 'DIVIDEND_PAYMENT', null, null, null, r.amount, r.currency, r.dividend_id::text, null, '3 ' || r.transaction_id
  from dividend_receipts r where r.shareholder_id = ${id}::uuid`;

/** The days are those of the tenant. */
const BALLOTS = ({ id }: StatementQuery) => sql`
  select (b.cast_at at time zone t.time_zone)::date, 'VOTE', null, b.weight, null, null, null, b.meeting_id::text, b.title, '4 ' || b.id
  from cast_ballots b join tenant_directory t on t.id = b.tenant_id where b.shareholder_id = ${id}::uuid
  union all
  select (b.revoked_at at time zone t.time_zone)::date, 'VOTE_REVOKED', null, b.weight, null, null, null, b.meeting_id::text, b.title, '5 ' || b.id
  from cast_ballots b join tenant_directory t on t.id = b.tenant_id where b.shareholder_id = ${id}::uuid and b.revoked_at is not null`;

/** Lists what happened to a holder, oldest first. */
export async function listStatementLines(
  read: TenantRead,
  query: StatementQuery,
  { after, limit }: Part,
): Promise<StatementRow[]> {
  const [day, place] = after ?? [query.from, ''];
  const { rows } = await sql<StatementRow>`
    select day, kind, security_class, quantity, balance, amount, currency, reference, note, place
    from (${POSITIONS(query)} union all ${DIVIDENDS(query)} union all ${BALLOTS(query)}) as l
    where day between ${query.from}::date and ${query.to}::date and (day, place collate "C") > (${day}::date, ${place}::text collate "C")
    order by day, place collate "C" limit ${limit}`.execute(read);
  return rows;
}
