/**
 * Matches a cell that a spreadsheet would run as a formula; some read the full-width signs alike (OWASP). Leading quotes count, so that {@link restoreCell} undoes
 * exactly one.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** Our own numbers are written unchanged: `-5` is no formula, and a quote would make it text. */
export type CsvCell = string | number | bigint | null | { readonly decimal: string };

/** Puts an apostrophe before a cell that a spreadsheet would read as a formula. {@link restoreCell} is its inverse. */
export function neutralise(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

export function restoreCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

/** One RFC 4180 line with its CRLF. Text is neutralised; null is an empty cell. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return typeof cell === 'object' ? cell.decimal : String(cell);
  const text = neutralise(cell);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
