import { createHash } from 'node:crypto';
import { csvLine } from '#platform/storage/csv.ts';
import type { RejectedRow, RowError, RowErrorCode } from '#uploads/formats/upload-row.ts';

/** Columns of a file that we have written and that say something about its rows. */
export const ERROR_CODE_COLUMN = 'vestry_error_code';
export const ERROR_ROW_COLUMN = 'vestry_error_row';

/** First line of an errors file: the upload's columns, then where and why each row was refused. */
export function errorsFileHeader(columns: readonly string[]): string {
  const about = ['vestry_error_line', 'vestry_error_column', ERROR_CODE_COLUMN, 'vestry_error_message'];
  return csvLine([...columns, ...about, ERROR_ROW_COLUMN]);
}

/** One refused row: what was found, safe to open in a spreadsheet and exact when uploaded again. */
export function errorsFileLine(
  columns: readonly string[],
  { line, values, error }: RejectedRow<string>,
): string {
  const found = columns.map((column) => values[column] ?? null);
  return csvLine([...found, line, error.column, error.code, error.message, rowDigest(columns, values)]);
}

/**
 * Rows that were refused for the file in which they stood, by its mapping, or for its age: alone, and later, nothing would be wrong with them. The others are refused again,
 * or taken once what they name is there.
 */
const OF_THEIR_FILE: ReadonlySet<string> = new Set<RowErrorCode>([
  'cell-count',
  'changed-since-received',
  'conflicting-name',
  'duplicate-choice',
  'duplicate-employee',
  'duplicate-external-ref',
  'duplicate-key',
  'duplicate-payee',
  'duplicate-period',
  'invalid-account-number',
  'invalid-date',
  'invalid-number',
  'invalid-period',
  'text-after-quote',
  'unknown-value',
  'wrong-type',
]);

/** Returns the error of a row of an errors file that nobody has corrected; undefined where it may be taken. */
export function uncorrected<Column extends string>(
  columns: readonly Column[],
  values: Readonly<Partial<Record<Column, string | null>>>,
  { code, digest }: { readonly code: string; readonly digest: string },
): RowError<Column> | undefined {
  if (!OF_THEIR_FILE.has(code) || digest !== rowDigest(columns, values)) return undefined;
  return {
    column: null,
    code: 'not-corrected',
    message: `The row is as it was refused. Correct it, or empty its ${ERROR_CODE_COLUMN} to load it as it is.`,
  };
}

/** Cells that a file lacks are as good as empty ones: the errors file of a plain register has fewer columns. */
function rowDigest(
  columns: readonly string[],
  values: Readonly<Record<string, string | null | undefined>>,
): string {
  const cells = columns
    .map((column) => [column, (values[column] ?? '').trim()])
    .filter(([, cell]) => cell !== '');
  return createHash('sha256').update(JSON.stringify(cells)).digest('hex').slice(0, 16);
}
