import type { RowErrorCode, UploadRow } from '#uploads/formats/upload-row.ts';

/** The contract of the rows of one kind of upload. The readers of each format know nothing else about the rows. */
export interface RowContract<Column extends string, Values> {
  /** The columns in the order of our own files. */
  readonly columns: readonly Column[];
  /** The columns that a CSV file must have. */
  readonly required: readonly Column[];
  /** A required column that others make where it is missing or empty. @default none */
  readonly derived?: { readonly column: Column; readonly from: readonly Column[] };
  /** A column of a list of ours that is no such file, though it has the required columns, and what the list is. */
  readonly otherList?: { readonly column: string; readonly is: string };
  /**
   * Names by which others call an optional column that decides what a row means, written as we write columns. A file that has one is
   * refused: to pass it over would load shares into another class, or on another day. @default none
   */
  readonly otherNames?: ReadonlyMap<string, Column>;
  /** The column whose JSON numbers are read by their digits. */
  readonly number: Column;
  /** The column that several columns of a mapped file may give where none gives the number: a row is made for each. @default none */
  readonly spread?: Column;
  /** The columns of days, and the error of one that can't be read. @default none */
  readonly days?: { readonly columns: readonly Column[]; readonly invalid: RowErrorCode };
  /** Whether a number that is zero asks for nothing: such a row has the error `zero`, and is ignored. */
  readonly skipsZero: boolean;
  /** The column that a dollar sign before the number fills, where nothing else does. @default none: such a sign is an error */
  readonly dollars?: Column;
  /**
   * The cells of a CSV row by column; `at` is -1 where the file has no such column. Written out by each contract, since an
   * object of one shape is several times as fast as one that is assembled by names.
   */
  ofCells(cells: readonly string[], at: Readonly<Record<Column, number>>): Partial<Record<Column, unknown>>;
  /** The members of a JSON object, texts trimmed; `number` is that of the column of numbers. */
  ofObject(row: Partial<Record<Column, unknown>>, number: unknown): Partial<Record<Column, unknown>>;
  /** Checks the values of a row and converts them into the form in which they are stored. */
  finish(line: number, found: Partial<Record<Column, unknown>>): UploadRow<Column, Values>;
}

/** A name as we would write it: `Effective Date` and `effective-date` are `effective_date`. */
export function asColumn(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');
}

/** Returns the column that a header names, however it is written; undefined where it is none. */
export function columnMeant<Column extends string>(
  columns: readonly Column[],
  name: string,
): Column | undefined {
  const written = asColumn(name);
  return columns.find((column) => column === written);
}

/** A text of a JSON object as a cell. */
export function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

/** A text of a JSON object as a cell that may be empty: an empty text is an empty cell. */
export function emptied(value: unknown): unknown {
  const text = trimmed(value);
  return text === '' ? null : text;
}
