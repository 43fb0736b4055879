import { isDay } from '#kernel/calendar.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import type { ShareholderValues, UploadRow } from '#uploads/formats/upload-row.ts';
import { rejectedRow } from './finish-row.ts';
import { emptied, type RowContract, trimmed } from './row-contract.ts';
import {
  REGISTER_COLUMNS,
  type ShareholderColumn,
  shareholderRowSchema,
} from './shareholder-upload.schema.ts';
import { findRowError, identifierError, invalidDay } from './validate-row.ts';

const CANONICAL = /^(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?$/;
const NOT_ASCII = /[^\0-\x7f]/;

/** Checks the cells of a row, already trimmed, and converts them into the form in which they are stored. */
function finishRow(line: number, found: Record<ShareholderColumn, unknown>): UploadRow {
  const { external_ref: ref } = found;
  // The reference is normalised before the check: decomposed, it may have more characters than are allowed.
  const isMarked = typeof ref === 'string' && NOT_ASCII.test(ref);
  if (isMarked) found.external_ref = ref.normalize('NFC');
  const { effective_date: day } = found;
  const error =
    findRowError(found) ??
    (isMarked ? identifierError('external_ref', ref) : undefined) ??
    (typeof day === 'string' && !isDay(day) ? invalidDay : undefined);
  if (error !== undefined) return rejectedRow(REGISTER_COLUMNS, line, found, error);
  const values = found as unknown as {
    -readonly [Column in keyof ShareholderValues]: ShareholderValues[Column];
  };
  if (!CANONICAL.test(values.holdings)) values.holdings = canonicalDecimal(values.holdings);
  return { line, values, error: undefined };
}

export const shareholderContract: RowContract<ShareholderColumn, ShareholderValues> = {
  columns: REGISTER_COLUMNS,
  required: shareholderRowSchema.required,
  otherList: {
    column: 'entitled',
    is: 'a report of a dividend, whose holdings are those of its record date',
  },
  number: 'holdings',
  day: { column: 'effective_date', invalid: 'invalid-date' },
  skipsZero: false,
  ofCells: (cells, at) => ({
    external_ref: cells[at.external_ref],
    name: cells[at.name],
    email: at.email < 0 ? undefined : cells[at.email] || null,
    holdings: cells[at.holdings],
    security_class: at.security_class < 0 ? undefined : cells[at.security_class] || null,
    effective_date: at.effective_date < 0 ? undefined : cells[at.effective_date] || null,
  }),
  ofObject: (row, number) => ({
    external_ref: trimmed(row.external_ref),
    name: trimmed(row.name),
    email: emptied(row.email),
    holdings: number,
    security_class: emptied(row.security_class),
    effective_date: emptied(row.effective_date),
  }),
  finish: finishRow,
};
