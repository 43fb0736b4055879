import { csvLine } from '#platform/storage/csv.ts';
import type { RejectedRow } from '#uploads/formats/upload-row.ts';

/** A file with this column is one of our errors files, corrected: its cells are restored, its `vestry_` columns ignored. */
export const ERRORS_FILE_MARK = 'vestry_error_code';
export const ERRORS_FILE_PREFIX = 'vestry_';

/** First line of an errors file: the upload's columns, then where and why each row was refused. */
export function errorsFileHeader(columns: readonly string[]): string {
  const about = ['vestry_error_line', 'vestry_error_column', ERRORS_FILE_MARK, 'vestry_error_message'];
  return csvLine([...columns, ...about]);
}

/** One refused row: what was found, safe to open in a spreadsheet and exact when uploaded again. */
export function errorsFileLine(
  columns: readonly string[],
  { line, values, error }: RejectedRow<string>,
): string {
  const found = columns.map((column) => values[column] ?? null);
  return csvLine([...found, line, error.column, error.code, error.message]);
}
