import { sql } from 'kysely';
import { addDays } from '#kernel/calendar.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { ROWS_PER_CHUNK } from '#platform/queue/chunk.ts';
import type { CashTerms, SplitTerms } from './corporate-action.repository.ts';

const LARGEST = 10;

/** The cash that the fractions of a split come to; amounts are minor units. */
export interface CashTotals {
  readonly holders: number;
  /** The fractions that are paid, to 8 places. */
  readonly shares: string;
  readonly total: string;
  readonly withheld: string;
  readonly largest: readonly {
    readonly shareholder_id: string;
    readonly external_ref: string;
    readonly holdings: string;
    readonly fraction: string;
    readonly amount: string;
    readonly withheld: string;
  }[];
}

/** Computes the cash by the same rules as the run that pays it, with positions as they stand. */
export async function findCash(read: TenantRead, terms: SplitTerms, cash: CashTerms): Promise<CashTotals> {
  const { security_class, numerator, denominator, effective_date } = terms;
  const fraction = (holdings: string) =>
    sql`round(mod(${sql.raw(holdings)} * ${numerator}::integer, ${denominator}::integer) / ${denominator}::integer, 8)`;
  const { rows } = await sql<CashTotals>`
    with lines as materialized (select shareholder_id, holdings, amount, withheld
        from allot_net(${security_class}, ${cash.price_per_share}::numeric, null, ${cash.exponent}::integer, ${addDays(effective_date, -1)}::date,
          clock_timestamp(), withholds_tax(), ${cash.payable_date}::date, ${numerator}::integer, ${denominator}::integer)),
      largest as (select l.shareholder_id, s.external_ref, trim_scale(l.holdings)::text as holdings,
          trim_scale(${fraction('l.holdings')})::text as fraction, l.amount::text as amount, l.withheld::text as withheld
        from (select shareholder_id, holdings, amount, withheld from lines order by amount desc, shareholder_id limit ${LARGEST}) l
          join shareholders s on s.tenant_id = current_tenant() and s.id = l.shareholder_id order by l.amount desc, l.shareholder_id)
    select count(*)::integer as holders,
      coalesce(round(sum(mod(holdings * ${numerator}::integer, ${denominator}::integer)) / ${denominator}::integer, 8), 0)::text as shares,
      coalesce(sum(amount), 0)::text as total, coalesce(sum(withheld), 0)::text as withheld,
      (select coalesce(json_agg(largest), '[]') from largest) as largest
    from lines`.execute(read);
  return rows[0] as CashTotals;
}

/**
 * Asks the dividends to declare and freeze the run that pays the fractions; answers its id, or null where no holder has any.
 * Its payments are written once the job `resume-dividends` finds it.
 * @param knownAt an instant as of which the ledger no longer changes
 */
export async function payFractions(tx: TenantTx, id: string, knownAt: Date): Promise<string | null> {
  const { rows } = await sql<{ dividend: string | null }>`
    select pay_fractions(${id}, ${knownAt}, ${ROWS_PER_CHUNK}) as dividend`.execute(tx);
  return rows[0]?.dividend ?? null;
}
