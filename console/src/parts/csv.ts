/** The same signs as in the files that the API writes: a spreadsheet would run such a cell as a formula. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^-?\d+(\.\d+)?$/;
/** Spreadsheets read a file without it in the encoding of the machine. */
const BYTE_ORDER_MARK = '\uFEFF';

/** Rows of text as CSV (RFC 4180), as the API reads it. */
export function writeCsv(rows: readonly (readonly string[])[], lineEnd = '\n'): string {
  return rows.map((row) => `${row.map(written).join(',')}${lineEnd}`).join('');
}

function written(cell: string): string {
  return /[",\r\n]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Lead to other calls of the API: they say nothing about the row. */
const LINKS = 'links';

/** Writes rows of the API for a spreadsheet: a column for each field, by the API's names and with its values. */
export function sheetOf(rows: readonly unknown[]): string {
  const cells = rows.map((row) => new Map(cellsOf(row, '')));
  const names = [...new Set(cells.flatMap((row) => [...row.keys()]))];
  const lines = cells.map((row) => names.map((name) => neutral(row.get(name) ?? '')));
  return BYTE_ORDER_MARK + writeCsv([names, ...lines], '\r\n');
}

/** Fields of fields have a column each: `contact.email`. A list is one cell. */
function cellsOf(value: unknown, name: string): [name: string, cell: string][] {
  if (value === null || value === undefined) return [[name, '']];
  if (Array.isArray(value)) return [[name, value.map(textOf).join('; ')]];
  if (typeof value !== 'object') return [[name, String(value)]];
  const fields = Object.entries(value).filter(([field]) => field !== LINKS);
  return fields.flatMap(([field, inner]) => cellsOf(inner, name === '' ? field : `${name}.${field}`));
}

function textOf(item: unknown): string {
  return typeof item === 'object' ? JSON.stringify(item) : String(item);
}

/** Makes text of what would run. A negative number stays one. */
function neutral(cell: string): string {
  return FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}
