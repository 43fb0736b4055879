import { type RawBuilder, sql } from 'kysely';
import type { z } from 'zod';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { fromMinor } from '#kernel/money.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { DividendState } from './dividend-state.ts';
import type { DividendLine, LineStatus, ShareholderDividend } from './dividends.routes.ts';

interface PaidLine {
  readonly holdings: string;
  readonly amount: bigint;
  readonly currency: string;
  /** The id of the transaction, once it exists. */
  readonly transaction_id: string | null;
  readonly status: LineStatus | null;
}

export interface LineRow extends PaidLine {
  readonly shareholder_id: string;
}

export interface HolderDividendRow extends PaidLine {
  readonly dividend_id: string;
  readonly state: DividendState;
  readonly security_class: string;
  readonly record_date: string;
  readonly payable_date: string;
}

function toPaid(row: PaidLine): Omit<z.infer<typeof DividendLine>, 'shareholder_id'> {
  return {
    holdings: canonicalDecimal(row.holdings),
    amount: fromMinor(row.amount, row.currency),
    transaction_id: row.transaction_id,
    status: row.status,
  };
}

export function toLine(row: LineRow): z.infer<typeof DividendLine> {
  return { shareholder_id: row.shareholder_id, ...toPaid(row) };
}

export function toShareholderDividend(row: HolderDividendRow): z.infer<typeof ShareholderDividend> {
  const { dividend_id, security_class, currency, record_date, payable_date } = row;
  return {
    dividend_id,
    state: row.state,
    security_class,
    currency,
    record_date,
    payable_date,
    ...toPaid(row),
  };
}

/** The standing of a line is that of its newest payment; only one that has failed or come back has a second. */
const STATUS = sql`(select case when p.status = 'SETTLED' and p.return_code is not null then 'RETURNED'
    when p.status = 'FAILED' and p.return_code = 'DENIED' then 'DENIED' else p.status end
  from (select t.status, t.return_code, t.id
    union all
    select r.status, r.return_code, r.id from ledger_transactions r
    where t.return_code is not null and r.tenant_id = t.tenant_id and r.repays_dividend_id = l.dividend_id
      and r.shareholder_id = l.shareholder_id and r.compensates is null) p
  order by p.id desc limit 1)` as RawBuilder<LineStatus | null>;

/** The transaction of a line is found by the id that the snapshot gave it. */
function paidLines(read: TenantRead) {
  return read
    .selectFrom('dividend_lines as l')
    .innerJoin('dividends as d', 'd.id', 'l.dividend_id')
    .leftJoin('ledger_transactions as t', 't.id', 'l.transaction_id')
    .select(['l.holdings', 'l.amount', 'd.currency', 't.id as transaction_id', STATUS.as('status')]);
}

/** Lists the lines in the order of shareholder ids. */
export function listLines(
  read: TenantRead,
  dividendId: string,
  { limit, cursor }: PageRequest,
): Promise<LineRow[]> {
  let query = paidLines(read)
    .select('l.shareholder_id')
    .where('l.dividend_id', '=', dividendId)
    .orderBy('l.shareholder_id')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('l.shareholder_id', '>', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}

/** Newest first. Looks every dividend up by its key: a tenant has dozens, where an index by holder would cost each snapshot. */
export function listLinesOfHolder(
  read: TenantRead,
  shareholderId: string,
  { limit, cursor }: PageRequest,
): Promise<HolderDividendRow[]> {
  let query = paidLines(read)
    .select(['l.dividend_id', 'd.state', 'd.security_class', 'd.record_date', 'd.payable_date'])
    .where('l.shareholder_id', '=', shareholderId)
    .orderBy('d.id', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('d.id', '<', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}
