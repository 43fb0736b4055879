import { type CsvCell, csvLine } from '#platform/storage/csv.ts';
import type { ColumnKind, Columns, ReportItem } from './report.ts';

/** Lambda answers at most 6 MB, which counts the body as a JSON string; the rest is for headers. */
export const MAX_BODY_BYTES = 5_000_000;

/** Returns as many lines as fit into an answer, at least one. */
export function fittingLines(lines: Iterable<string>, maxBytes: number = MAX_BODY_BYTES): string[] {
  const fitting: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    bytes += Buffer.byteLength(JSON.stringify(line));
    if (bytes > maxBytes && fitting.length > 0) break;
    fitting.push(line);
  }
  return fitting;
}

export function headerLine(columns: Columns): string {
  return csvLine(Object.keys(columns));
}

export function itemLine(columns: Columns, item: ReportItem): string {
  return csvLine(Object.entries(columns).map(([name, kind]) => cellOf(item[name] ?? null, kind)));
}

function cellOf(value: string | number | boolean | null, kind: ColumnKind): CsvCell {
  if (value === null) return null;
  return kind === 'number' ? { decimal: String(value) } : String(value);
}
