import { sql } from 'kysely';
import type { z } from 'zod';
import { addDays } from '#kernel/calendar.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { invalidField } from '#kernel/domain-error.ts';
import { exponentOf, fromMinor, toMinor } from '#kernel/money.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { settleDays } from './dividend-terms.ts';
import type { DividendPreview, previewDividend } from './dividends.routes.ts';
import { findWithholding } from './withholding.repository.ts';

const LARGEST = 10;
/** The largest sum of minor units that a dividend can have. */
const MOST = 2n ** 63n - 1n;

interface Allotted {
  readonly holders: number;
  readonly payable: number;
  readonly total: string;
  readonly withheld: string;
  readonly exact: string;
  readonly largest: {
    readonly shareholder_id: string;
    readonly external_ref: string;
    readonly holdings: string;
    readonly amount: string;
    readonly withheld: string;
  }[];
}

/**
 * Computes what a dividend of these terms would come to, by the same rules as its snapshot.
 * @throws DomainError `validation-failed`
 */
export async function preview(
  read: TenantRead,
  terms: z.output<typeof previewDividend.body>,
): Promise<Omit<z.input<typeof DividendPreview>, 'first_banking_day' | 'blocked_reasons'>> {
  const { today } = await settleDays(read, terms);
  const { currency, record_date } = terms;
  const isFinal = record_date < today;
  const positions_as_of = isFinal ? record_date : today;
  const allotted = await allot(read, terms, positions_as_of);
  if (BigInt(allotted.total) > MOST)
    throw invalidField(
      terms.total_pool === undefined ? '/rate_per_share' : '/total_pool',
      'too-large',
      'comes to more than a dividend can pay',
    );
  const money = (minor: string) => fromMinor(BigInt(minor), currency);
  return {
    holders: allotted.holders,
    payable_holders: allotted.payable,
    total_amount: money(allotted.total),
    withheld_amount: money(allotted.withheld),
    residual: canonicalDecimal(allotted.exact),
    positions_as_of,
    is_final: isFinal,
    frozen_from: addDays(record_date, 1),
    largest: allotted.largest.map((line) => ({
      ...line,
      holdings: canonicalDecimal(line.holdings),
      amount: money(line.amount),
      withheld: money(line.withheld),
    })),
  };
}

async function allot(
  read: TenantRead,
  {
    security_class,
    currency,
    rate_per_share,
    total_pool,
    payable_date,
  }: z.output<typeof previewDividend.body>,
  asOf: string,
): Promise<Allotted> {
  const exponent = exponentOf(currency);
  const pool = total_pool === undefined ? null : toMinor(total_pool, currency, '/total_pool');
  const withholds = await findWithholding(read);
  const lines = sql`allot_net(${security_class}, ${rate_per_share ?? null}::numeric, ${pool}::bigint, ${exponent}::integer, ${asOf}::date,
    clock_timestamp(), ${withholds}::boolean, ${payable_date}::date, null, null)`;
  const owed =
    pool === null
      ? sql`shares * ${rate_per_share ?? null}::numeric`
      : sql`${pool}::numeric / 10::numeric ^ ${exponent}::integer`;
  const { rows } = await sql<Allotted>`
    with lines as materialized (select shareholder_id, holdings, amount, withheld from ${lines}),
      sums as (select count(*)::integer as holders, (count(*) filter (where amount > 0))::integer as payable,
        coalesce(sum(amount), 0) as total, coalesce(sum(withheld), 0) as withheld, sum(holdings) as shares from lines),
      largest as (select l.shareholder_id, s.external_ref, trim_scale(l.holdings)::text as holdings, l.amount::text as amount, l.withheld::text as withheld
        from (select shareholder_id, holdings, amount, withheld from lines order by amount desc, shareholder_id limit ${LARGEST}) l
          join holders_of_record s on s.id = l.shareholder_id order by l.amount desc, l.shareholder_id)
    select holders, payable, trunc(total)::text as total, trunc(withheld)::text as withheld,
      case when holders = 0 then '0' else trim_scale(total / 10::numeric ^ ${exponent}::integer - ${owed})::text end as exact,
      (select coalesce(json_agg(largest), '[]') from largest) as largest
    from sums`.execute(read);
  return rows[0] as Allotted;
}
