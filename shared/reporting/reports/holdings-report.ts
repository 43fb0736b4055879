import type { z } from 'zod';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { invalidField } from '#kernel/domain-error.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import {
  dividedByClass,
  findLedgerInstant,
  findTotals,
  type HoldingRow,
  type HoldingsTotals,
  type LedgerView,
  listHoldings,
  type PositionRow,
} from '#register/holdings.ts';
import type { Columns } from './report.ts';
import type { getHoldingsReport, HoldingsReport } from './reports.routes.ts';

type Query = z.infer<(typeof getHoldingsReport)['query']>;

/** One report: which entries it sums, what they sum to, and where the page begins. */
export interface Position extends HoldingsTotals {
  readonly view: LedgerView;
  readonly after: string;
}

export interface HoldingsPart extends Position {
  readonly rows: readonly HoldingRow[];
  /** The same by class, where they are asked for. */
  readonly positions: readonly PositionRow[];
  /** Whether rows follow these. */
  readonly more: boolean;
}

/**
 * The columns of the report as a table, which can be uploaded again: a row says of which class and day it speaks. Uploads pass over those that begin
 * with `vestry_`, and restore the cells of a file that has one.
 */
export const HOLDINGS_COLUMNS = {
  shareholder_id: 'text',
  external_ref: 'text',
  name: 'text',
  holdings: 'number',
  security_class: 'text',
  effective_date: 'text',
  vestry_known_at: 'text',
  vestry_total_holdings: 'number',
} as const satisfies Columns;

/** Sorts before every reference. */
const BEGINNING = '';

/** @throws DomainError `validation-failed`, and `temporarily-unavailable` while a long load holds the ledger */
export async function readHoldings(
  read: TenantRead,
  query: Query,
  {
    limit,
    from,
    list = read,
    byClass,
  }: {
    readonly limit: number;
    readonly from?: Position | undefined;
    readonly list?: TenantRead;
    readonly byClass: boolean;
  },
): Promise<HoldingsPart> {
  const position = from ?? (await begin(read, query));
  if (position.holders === 0) return { ...position, rows: [], positions: [], more: false };
  const found = await listHoldings(list, position.view, { after: position.after, limit: limit + 1 });
  const rows = found.slice(0, limit);
  const positions = byClass ? await dividedByClass(read, position.view, rows) : [];
  return { ...position, rows, positions, more: found.length > limit };
}

async function begin(read: TenantRead, query: Query): Promise<Position> {
  const { asOf, knownAt, ahead } = await findLedgerInstant(read, query);
  if (ahead) throw invalidField('?known_at', 'future-instant', 'must not lie in the future');
  const view = { asOf, knownAt, securityClass: query.security_class };
  return { view, ...(await findTotals(read, view)), after: BEGINNING };
}

/** The position of the page that begins after a row. */
export function positionAfter({ view, holders, totalHoldings }: Position, row: HoldingRow): Position {
  return { view, holders, totalHoldings, after: row.external_ref };
}

/** The position of the next page; undefined after the last. */
export function nextOf(part: HoldingsPart): Position | undefined {
  const last = part.rows.at(-1);
  return part.more && last !== undefined ? positionAfter(part, last) : undefined;
}

export function toHoldingsReport(
  { view, holders, totalHoldings, rows }: HoldingsPart,
  cursor: string | undefined,
): z.infer<typeof HoldingsReport> {
  return {
    as_of: view.asOf,
    known_at: view.knownAt,
    holders,
    total_holdings: totalHoldings,
    data: rows.map(toHolding),
    next_cursor: cursor ?? null,
  };
}

/** Returns a row of the table. */
export function toPosition(
  { view: { asOf, knownAt }, totalHoldings }: Position,
  { security_class, ...row }: PositionRow,
): Readonly<Record<keyof typeof HOLDINGS_COLUMNS, string>> {
  return {
    ...toHolding(row),
    security_class,
    effective_date: asOf,
    vestry_known_at: knownAt,
    vestry_total_holdings: totalHoldings,
  };
}

function toHolding({
  shareholder_id,
  external_ref,
  name,
  holdings,
}: HoldingRow): z.infer<typeof HoldingsReport>['data'][number] {
  return { shareholder_id, external_ref, name, holdings: canonicalDecimal(holdings) };
}
