import { type Link, linkTo } from '#contracts/links.ts';
import {
  HOLDINGS_COLUMNS,
  type HoldingsPart,
  type Position,
  positionAfter,
  toPosition,
} from './holdings-report.ts';
import { fittingLines, headerLine, itemLine, MAX_BODY_BYTES } from './report-csv.ts';
import { getHoldingsReport } from './reports.routes.ts';

/** Returns the lines of each holder: they are not parted, since the next page begins after a holder. */
function linesOf(part: HoldingsPart): string[] {
  const lines: string[] = [];
  let of: string | undefined;
  for (const row of part.positions) {
    const line = itemLine(HOLDINGS_COLUMNS, toPosition(part, row));
    if (row.shareholder_id === of) lines[lines.length - 1] += line;
    else lines.push(line);
    of = row.shareholder_id;
  }
  return lines;
}

/** Returns as many holders as fit. Only the first page has the header line, so that pages can be joined. */
export function holdingsCsv(
  part: HoldingsPart,
  maxBytes: number = MAX_BODY_BYTES,
): { text: string; rows: number } {
  const lines = fittingLines(linesOf(part), maxBytes);
  return {
    text: [...(part.after === '' ? [headerLine(HOLDINGS_COLUMNS)] : []), ...lines].join(''),
    rows: lines.length,
  };
}

/**
 * The page, the totals that a pure table has no place for, and where the next page is.
 * @param cursorOf the cursor of a page that begins at a position
 */
export async function holdingsCsvReply(
  part: HoldingsPart,
  limit: number | undefined,
  cursorOf: (position: Position) => Promise<string>,
): Promise<{ text: string; headers: Record<string, string>; next: Link | undefined }> {
  const { text, rows } = holdingsCsv(part);
  const { asOf, knownAt } = part.view;
  const last = part.rows[rows - 1];
  const isCut = last !== undefined && (part.more || rows < part.rows.length);
  const query = new URLSearchParams({
    ...(isCut ? { cursor: await cursorOf(positionAfter(part, last)) } : {}),
    ...(limit === undefined ? {} : { limit: String(limit) }),
  });
  return {
    text,
    headers: {
      'content-type': `text/csv; charset=utf-8; header=${part.after === '' ? 'present' : 'absent'}`,
      'content-disposition': `attachment; filename="holdings-${asOf}.csv"`,
      'x-as-of': asOf,
      'x-known-at': knownAt,
      'x-holders': String(part.holders),
      'x-total-holdings': part.totalHoldings,
    },
    next: isCut ? linkTo(getHoldingsReport, {}, query) : undefined,
  };
}
