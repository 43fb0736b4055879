import type { z } from 'zod';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { invalidField } from '#kernel/domain-error.ts';
import { decodeCursor, encodeCursor } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import {
  findLedgerInstant,
  findTotals,
  type HoldingRow,
  type HoldingsTotals,
  type LedgerView,
  listHoldings,
} from '#register/holdings.ts';
import type { Columns } from './report.ts';
import type { getHoldingsReport, HoldingsReport } from './reports.routes.ts';

type Query = z.infer<(typeof getHoldingsReport)['query']>;

/** One report: which entries it sums, what they sum to, and where the page begins. Its cursor carries all of it. */
interface Position extends HoldingsTotals {
  readonly view: LedgerView;
  readonly after: string;
}

export interface HoldingsPart extends Position {
  readonly rows: readonly HoldingRow[];
  /** Whether rows follow these. */
  readonly more: boolean;
}

/** The columns of the report as a table. */
export const HOLDINGS_COLUMNS = {
  shareholder_id: 'text',
  external_ref: 'text',
  name: 'text',
  holdings: 'number',
} as const satisfies Columns;

/** Sorts before every reference. */
const BEGINNING = '';

/** @throws DomainError `validation-failed`, and `temporarily-unavailable` while a long load holds the ledger */
export async function readHoldings(read: TenantRead, query: Query, limit: number): Promise<HoldingsPart> {
  const position = query.cursor === undefined ? await begin(read, query) : resume(query.cursor, query);
  if (position.holders === 0) return { ...position, rows: [], more: false };
  const rows = await listHoldings(read, position.view, { after: position.after, limit: limit + 1 });
  return { ...position, rows: rows.slice(0, limit), more: rows.length > limit };
}

async function begin(read: TenantRead, query: Query): Promise<Position> {
  const { asOf, knownAt, ahead } = await findLedgerInstant(read, query);
  if (ahead) throw invalidField('?known_at', 'future-instant', 'must not lie in the future');
  const view = { asOf, knownAt, securityClass: query.security_class };
  return { view, ...(await findTotals(read, view)), after: BEGINNING };
}

/** Parameters may be repeated beside a cursor, but not changed: the pages would be of different reports. */
function resume(cursor: string, query: Query): Position {
  const [asOf, knownAt, securityClass, after, holders, totalHoldings] = decodeCursor(cursor, [
    'date',
    'instant',
    'text',
    'text',
    'integer',
    'decimal',
  ]);
  const carried = { as_of: asOf, known_at: knownAt, security_class: securityClass };
  for (const [name, value] of Object.entries(carried)) {
    const sent = query[name as keyof typeof carried];
    if (sent !== undefined && withMicroseconds(sent) !== value)
      throw invalidField(`?${name}`, 'other-report', 'is not that of the cursor’s report');
  }
  const view = { asOf, knownAt, securityClass: securityClass === '' ? undefined : securityClass };
  return { view, after, holders: Number(holders), totalHoldings };
}

/** Returns an instant as the report writes it, and any other text unchanged. */
function withMicroseconds(sent: string): string {
  const [, second, fraction = ''] = /^(.+T.{8})(?:\.(\d+))?Z$/.exec(sent) ?? [];
  return second === undefined ? sent : `${second}.${fraction.padEnd(6, '0')}Z`;
}

/** The cursor of the page that begins after a row. */
export function cursorAfter({ view, holders, totalHoldings }: Position, row: HoldingRow): string {
  const { asOf, knownAt, securityClass = '' } = view;
  return encodeCursor([asOf, knownAt, securityClass, row.external_ref, String(holders), totalHoldings]);
}

export function toHoldingsReport(part: HoldingsPart): z.infer<typeof HoldingsReport> {
  const { view, holders, totalHoldings, rows, more } = part;
  const last = rows.at(-1);
  return {
    as_of: view.asOf,
    known_at: view.knownAt,
    holders,
    total_holdings: totalHoldings,
    data: rows.map(({ shareholder_id, external_ref, name, holdings }) => ({
      shareholder_id,
      external_ref,
      name,
      holdings: canonicalDecimal(holdings),
    })),
    next_cursor: more && last !== undefined ? cursorAfter(part, last) : null,
  };
}
