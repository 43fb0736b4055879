import { sql } from 'kysely';
import type { z } from 'zod';
import type { PaymentStanding } from '#contracts/transactions.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { fromMinor } from '#kernel/money.ts';
import { standingOf } from '#ledger/payment-standing.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { DividendState } from './dividend-state.ts';
import type { DividendLine, ShareholderDividend } from './dividends.routes.ts';

interface PaidLine {
  readonly holdings: string;
  readonly amount: bigint;
  readonly withheld: bigint;
  readonly withholding: 'BACKUP' | 'NONRESIDENT' | null;
  readonly withholding_rate: string | null;
  readonly currency: string;
  /** The id of the transaction, once it exists. */
  readonly transaction_id: string | null;
  readonly status: PaymentStanding | null;
  /** These are null in a line of the snapshot. */
  readonly adjustment_id: string | null;
  readonly reason: string | null;
  readonly effective_date: string | null;
}

export interface LineRow extends PaidLine {
  readonly shareholder_id: string;
  readonly holder_name: string | null;
}

export interface HolderDividendRow extends PaidLine {
  readonly dividend_id: string;
  readonly state: DividendState;
  readonly security_class: string;
  readonly record_date: string;
  readonly payable_date: string;
}

function toPaid(row: PaidLine): Omit<z.infer<typeof DividendLine>, 'shareholder_id' | 'holder_name'> {
  return {
    holdings: canonicalDecimal(row.holdings),
    amount: fromMinor(row.amount, row.currency),
    withheld: fromMinor(row.withheld, row.currency),
    ...(row.withholding === null
      ? {}
      : { withholding: { rule: row.withholding, rate: canonicalDecimal(row.withholding_rate ?? '0') } }),
    transaction_id: row.transaction_id,
    status: row.status,
    ...(row.adjustment_id === null
      ? {}
      : { adjustment: { id: row.adjustment_id, reason: row.reason ?? '', date: row.effective_date ?? '' } }),
  };
}

export function toLine(row: LineRow): z.infer<typeof DividendLine> {
  return { shareholder_id: row.shareholder_id, holder_name: row.holder_name, ...toPaid(row) };
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
const STATUS = sql`case when t.return_code is null then t.status else (
    select ${standingOf('p')}
    from ledger_transactions p where p.tenant_id = t.tenant_id and p.id = newest_payment(t.id)) end`;

const PAID = sql`l.shareholder_id, l.dividend_id, l.holdings, l.amount, l.withheld, l.withholding, l.withholding_rate, d.currency, t.id as transaction_id, ${STATUS} as status,
  l.adjustment_id, l.reason, l.effective_date`;
/** The transaction of a line is found by the id that the snapshot gave it. */
const WITH_PAYMENT = sql`join dividends d on d.tenant_id = l.tenant_id and d.id = l.dividend_id
  left join ledger_transactions t on t.tenant_id = l.tenant_id and t.id = l.transaction_id`;
const FROZEN = sql`select tenant_id, dividend_id, shareholder_id, holdings, amount, withheld, withholding, withholding_rate, transaction_id,
  null::uuid as adjustment_id, null::text as reason, null::date as effective_date from dividend_lines`;
const ADJUSTING = sql`select tenant_id, dividend_id, shareholder_id, 0::numeric as holdings, amount, withheld, withholding, withholding_rate, transaction_id,
  id as adjustment_id, reason, effective_date from dividend_adjustments`;
/** This stands for the line of the snapshot, which comes before the adjustments of its holder. */
const FIRST = '00000000-0000-0000-0000-000000000000';

/** The position of a line in the order of {@link listLines}. */
export function positionOf({ shareholder_id, adjustment_id }: LineRow): string[] {
  return [shareholder_id, adjustment_id ?? FIRST];
}

/** Lists the lines in the order of shareholder ids, those of the snapshot first. Each part is read by its key, as far as the page goes. */
export async function listLines(
  read: TenantRead,
  dividendId: string,
  { limit, cursor }: PageRequest,
): Promise<LineRow[]> {
  const [holder, entry] = cursor === undefined ? [FIRST, FIRST] : decodeCursor(cursor, ['uuid', 'uuid']);
  const { rows } = await sql<LineRow>`
    select ${PAID}, holder_name(l.shareholder_id) as holder_name from (
      (${FROZEN} where tenant_id = current_tenant() and dividend_id = ${dividendId} and shareholder_id > ${holder}::uuid
        order by shareholder_id limit ${limit + 1})
      union all
      (${ADJUSTING} where tenant_id = current_tenant() and dividend_id = ${dividendId} and (shareholder_id, id) > (${holder}::uuid, ${entry}::uuid)
        order by shareholder_id, id limit ${limit + 1})) l
    ${WITH_PAYMENT}
    order by l.shareholder_id, l.adjustment_id nulls first limit ${limit + 1}`.execute(read);
  return rows;
}

/** Newest first. Looks every dividend up by its key: a tenant has dozens, where an index by holder would cost each snapshot. */
export async function listLinesOfHolder(
  read: TenantRead,
  shareholderId: string,
  { limit, cursor }: PageRequest,
): Promise<HolderDividendRow[]> {
  const before =
    cursor === undefined
      ? sql``
      : sql`where (d.id, coalesce(l.adjustment_id, ${FIRST})) < (${decodeCursor(cursor, ['uuid', 'uuid'])[0]}::uuid, ${decodeCursor(cursor, ['uuid', 'uuid'])[1]}::uuid)`;
  const { rows } = await sql<HolderDividendRow>`
    select ${PAID}, d.state, d.security_class, d.record_date, d.payable_date from (
      (${FROZEN} where shareholder_id = ${shareholderId}) union all (${ADJUSTING} where shareholder_id = ${shareholderId})) l
    ${WITH_PAYMENT} ${before}
    order by d.id desc, coalesce(l.adjustment_id, ${FIRST}) desc limit ${limit + 1}`.execute(read);
  return rows;
}

/** The position of a line in the order of {@link listLinesOfHolder}. */
export function positionOfHolders({ dividend_id, adjustment_id }: HolderDividendRow): string[] {
  return [dividend_id, adjustment_id ?? FIRST];
}
