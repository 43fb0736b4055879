import { isDay } from '#kernel/calendar.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { nameOf } from '#register/holder-identity.ts';
import type { ShareholderValues, UploadRow } from '#uploads/formats/upload-row.ts';
import { DERIVED_NAME, DETAIL_COLUMNS, type DetailCells, type DetailColumn } from './detail-columns.ts';
import { rejectedRow } from './finish-row.ts';
import { detailsError, detailsOf, hasDetails } from './holder-details.ts';
import { emptied, type RowContract, trimmed } from './row-contract.ts';
import {
  type POSITION_COLUMNS,
  REGISTER_COLUMNS,
  type ShareholderColumn,
  shareholderRowSchema,
} from './shareholder-upload.schema.ts';
import { findRowError, identifierError, invalidDay } from './validate-row.ts';

const CANONICAL = /^(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?$/;
const NOT_ASCII = /[^\0-\x7f]/;

/** The cells of a row; those of the details apart, since nearly no file has any. */
type Found = Record<PlainColumn, unknown> & { cells?: DetailCells | undefined };
type PlainColumn = (typeof POSITION_COLUMNS)[number];
type NameParts = { readonly given_name?: string | null; readonly family_name?: string | null };

/** Returns the details of a row by its cells; an empty one is null. */
function detailCells(cellOf: (column: DetailColumn) => unknown): DetailCells {
  const cells: Record<string, unknown> = {};
  for (const column of DETAIL_COLUMNS) {
    const cell = cellOf(column);
    if (cell !== undefined) cells[column] = emptied(cell);
  }
  return cells;
}

let header: object | undefined;
let headerHasDetails = false;

/** A file has one header, which is asked once. */
function hasDetailsAt(at: Readonly<Record<ShareholderColumn, number>>): boolean {
  if (at !== header) {
    header = at;
    headerHasDetails = hasDetails(at);
  }
  return headerHasDetails;
}

/** Checks the cells of a row, already trimmed, and converts them into the form in which they are stored. */
function finishRow(line: number, found: Found): UploadRow {
  const { external_ref: ref, cells } = found;
  if (cells !== undefined && !found.name) found.name = nameOf(cells as NameParts) ?? found.name;
  // The reference is normalised before the check: decomposed, it may have more characters than are allowed.
  const isMarked = typeof ref === 'string' && NOT_ASCII.test(ref);
  if (isMarked) found.external_ref = ref.normalize('NFC');
  const { effective_date: day } = found;
  const error =
    findRowError(found) ??
    (isMarked ? identifierError('external_ref', ref) : undefined) ??
    (typeof day === 'string' && !isDay(day) ? invalidDay : undefined) ??
    (cells === undefined ? undefined : detailsError(cells));
  if (error !== undefined) return rejectedRow(REGISTER_COLUMNS, line, { ...found, ...cells }, error);
  const values = found as unknown as {
    -readonly [Column in keyof ShareholderValues]: ShareholderValues[Column];
  };
  if (!CANONICAL.test(values.holdings)) values.holdings = canonicalDecimal(values.holdings);
  if (cells !== undefined) values.details = detailsOf(cells);
  return { line, values, error: undefined };
}

export const shareholderContract: RowContract<ShareholderColumn, ShareholderValues> = {
  columns: REGISTER_COLUMNS,
  required: shareholderRowSchema.required,
  derived: DERIVED_NAME,
  otherList: {
    column: 'entitled',
    is: 'a report of a dividend, whose holdings are those of its record date',
  },
  otherNames: new Map([
    ['class', 'security_class'],
    ['class_of_shares', 'security_class'],
    ['security', 'security_class'],
    ['security_type', 'security_class'],
    ['share_class', 'security_class'],
    ['share_type', 'security_class'],
    ['stock_class', 'security_class'],
    ['as_of', 'effective_date'],
    ['as_of_date', 'effective_date'],
    ['position_date', 'effective_date'],
  ]),
  number: 'holdings',
  days: { columns: ['effective_date'], invalid: 'invalid-date' },
  skipsZero: false,
  ofCells: (cells, at): Found => ({
    external_ref: cells[at.external_ref],
    name: at.name < 0 ? '' : cells[at.name],
    email: at.email < 0 ? undefined : cells[at.email] || null,
    holdings: cells[at.holdings],
    security_class: at.security_class < 0 ? undefined : cells[at.security_class] || null,
    effective_date: at.effective_date < 0 ? undefined : cells[at.effective_date] || null,
    cells: hasDetailsAt(at)
      ? detailCells((column) => (at[column] < 0 ? undefined : cells[at[column]]))
      : undefined,
  }),
  ofObject: (row, number): Found => ({
    external_ref: trimmed(row.external_ref),
    name: trimmed(row.name),
    email: emptied(row.email),
    holdings: number,
    security_class: emptied(row.security_class),
    effective_date: emptied(row.effective_date),
    cells: DETAIL_COLUMNS.some((column) => row[column] !== undefined)
      ? detailCells((column) => row[column])
      : undefined,
  }),
  finish: finishRow,
};
