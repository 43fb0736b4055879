import { canonicalDecimal } from '#platform/fields.ts';
import { SHAREHOLDER_COLUMNS, type ShareholderColumn } from '#uploads/shareholder-upload.schema.ts';
import type { RejectedRow, RowError, ShareholderValues, UploadRow } from '#uploads/upload-row.ts';
import { findRowError } from '#uploads/validate-row.ts';

const CANONICAL = /^(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?$/;
const NOT_ASCII = /[^\0-\x7f]/;

/** Checks the cells of a row, already trimmed, and puts them in the form in which they are stored. */
export function finishRow(line: number, found: Record<ShareholderColumn, unknown>): UploadRow {
  const { external_ref: ref } = found;
  // Before the check: a reference may be decomposed into more characters than it has.
  if (typeof ref === 'string' && NOT_ASCII.test(ref)) found.external_ref = ref.normalize('NFC');
  const error = findRowError(found);
  if (error !== undefined) return rejectedRow(line, found, error);
  const values = found as unknown as {
    -readonly [Column in keyof ShareholderValues]: ShareholderValues[Column];
  };
  if (!CANONICAL.test(values.holdings)) values.holdings = canonicalDecimal(values.holdings);
  return { line, values, error: undefined };
}

export function rejectedRow(
  line: number,
  found: Readonly<Partial<Record<ShareholderColumn, unknown>>>,
  error: RowError,
): RejectedRow {
  const values: Record<ShareholderColumn, string | null> = {
    external_ref: null,
    name: null,
    email: null,
    holdings: null,
  };
  for (const column of SHAREHOLDER_COLUMNS) values[column] = printable(found[column]);
  return { line, values, error };
}

/** Rejected rows are kept and sent on, so the text must be storable and must not hold on to the chunk it was cut from. */
function printable(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(text.replaceAll('\0', '\ufffd'), 'utf8').toString('utf8');
}

/** NUL, and what stands for a byte that isn't UTF-8. */
const UNDECODABLE = /[\0\ud800-\udfff]/gu;

/** Whether a text holds NUL or bytes that aren't UTF-8. Both questions are native and cost next to nothing. */
export function isSuspect(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}

/** The index of the first of these at or after `from`; infinite when there is none. */
export function nextSuspect(text: string, from: number): number {
  UNDECODABLE.lastIndex = from;
  return UNDECODABLE.exec(text)?.index ?? Number.POSITIVE_INFINITY;
}

export function undecodable(text: string, column: ShareholderColumn | null): RowError | undefined {
  const where = column ?? 'The row';
  if (text.includes('\0')) return { column, code: 'nul', message: `${where} contains the character U+0000.` };
  if (!text.isWellFormed())
    return { column, code: 'invalid-encoding', message: `${where} contains bytes that are not UTF-8.` };
  return undefined;
}
