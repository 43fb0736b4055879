import type { DetailCells, HolderDetails } from '#uploads/checking/detail-columns.ts';
import type { ShareholderColumn } from '#uploads/checking/shareholder-upload.schema.ts';

export type UploadFormat = 'csv' | 'json' | 'ndjson';

/** A file of more bytes or rows is refused. */
export const MAX_UPLOAD_BYTES = 1_000_000_000;
export const MAX_UPLOAD_ROWS = 5_000_000;

/** The encodings that a file's sender can name. */
export const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1250',
  'windows-1252',
  'iso-8859-1',
  'iso-8859-15',
  'shift_jis',
] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Why one row was not taken. Messages never quote a cell: cells hold personal data. */
export type RowErrorCode =
  | 'above-weight'
  | 'account-blocked'
  | 'amount-too-large'
  | 'ballot-exists'
  | 'ballot-incomplete'
  | 'before-birth'
  | 'before-document'
  | 'before-hire'
  | 'before-split'
  | 'bidi-override'
  | 'cell-count'
  | 'changed-since-received'
  | 'compatibility-character'
  | 'conflicting-name'
  | 'contribution-limit'
  | 'control-character'
  | 'currency-mismatch'
  | 'date-out-of-range'
  | 'duplicate-choice'
  | 'duplicate-employee'
  | 'duplicate-external-ref'
  | 'duplicate-key'
  | 'duplicate-payee'
  | 'duplicate-period'
  | 'holder-closed'
  | 'in-future'
  | 'insufficient-position'
  | 'invalid-account-number'
  | 'invalid-date'
  | 'invalid-email'
  | 'invalid-encoding'
  | 'invalid-json'
  | 'invalid-number'
  | 'invalid-period'
  | 'invalid-routing-number'
  | 'invisible-character'
  | 'meeting-closed'
  | 'meeting-not-open'
  | 'mixed-classes'
  | 'negative'
  | 'no-position'
  | 'not-corrected'
  | 'not-in-service'
  | 'not-eligible'
  | 'not-independent'
  | 'not-positive'
  | 'not-terminated'
  | 'nul'
  | 'other-document'
  | 'out-of-range'
  | 'paid-out'
  | 'period-recorded'
  | 'plan-exists'
  | 'plan-terminated'
  | 'required'
  | 'security-class-required'
  | 'text-after-quote'
  | 'too-deep'
  | 'too-long'
  | 'too-many-decimals'
  | 'unknown-choice'
  | 'unknown-document'
  | 'unknown-holder'
  | 'unknown-item'
  | 'unknown-meeting'
  | 'unknown-payee'
  | 'unknown-plan'
  | 'unknown-security-class'
  | 'unknown-value'
  | 'wrong-type'
  | 'zero';

export interface RowError<Column extends string = string> {
  /** Null where the fault is the row's, not one cell's. */
  readonly column: Column | null;
  readonly code: RowErrorCode;
  readonly message: string;
}

/**
 * The values of a valid row, in the form in which they are stored: trimmed, the reference in NFC, holdings without
 * superfluous zeros.
 */
export interface ShareholderValues {
  readonly external_ref: string;
  readonly name: string;
  /** Null clears it; undefined, if the file has no such column, leaves it unchanged. */
  readonly email: string | null | undefined;
  readonly holdings: string;
  /** Null: the row names none; undefined: the file has no such column. */
  readonly security_class?: string | null | undefined;
  /** The day on which the holder has so many shares. Null: today; undefined: the file has no such column. */
  readonly effective_date?: string | null | undefined;
  /** The fields that the row sets beside, and the cells that say so; undefined: the file has no such column. */
  readonly details?: HolderDetails | undefined;
  readonly cells?: DetailCells | undefined;
}

export interface AcceptedRow<Values = ShareholderValues> {
  /** The physical line, from 1, on which the row begins. */
  readonly line: number;
  readonly values: Values;
  readonly error: undefined;
}

export interface RejectedRow<Column extends string = ShareholderColumn> {
  readonly line: number;
  /** The text that was found in each column, or null where there was none. NUL and undecodable bytes appear as U+FFFD. */
  readonly values: Readonly<Partial<Record<Column, string | null>>>;
  readonly error: RowError<Column>;
}

export type UploadRow<Column extends string = ShareholderColumn, Values = ShareholderValues> =
  | AcceptedRow<Values>
  | RejectedRow<Column>;

export type UnreadableFileCode =
  | 'compressed-file'
  | 'duplicate-header'
  | 'empty-file'
  | 'invalid-encoding'
  | 'invalid-json'
  | 'misnamed-column'
  | 'missing-header'
  | 'not-an-array'
  | 'other-list'
  | 'row-too-long'
  | 'too-large'
  | 'too-many-rows'
  | 'truncated-json'
  | 'unclosed-quote'
  | 'unsupported-encoding'
  | 'unsupported-file';

/** The file as a whole can't be read as a table: nothing of it may be written. */
export class UnreadableFile extends Error {
  readonly code: UnreadableFileCode;
  readonly line: number | undefined;

  constructor(code: UnreadableFileCode, message: string, line?: number) {
    super(message);
    this.name = 'UnreadableFile';
    this.code = code;
    this.line = line;
  }
}

/** The error of a row whose reference, and class, an earlier row of the same file has; the earlier row wins. */
export function duplicateExternalRef(
  firstLine: number,
  securityClass: string | null,
): RowError<ShareholderColumn> {
  return {
    column: 'external_ref',
    code: 'duplicate-external-ref',
    message:
      securityClass === null
        ? `The same external_ref is already on line ${firstLine}.`
        : `The same external_ref and security_class are already on line ${firstLine}.`,
  };
}

/** The format by a file's name; undefined for names we don't take. */
export function uploadFormat(filename: string): UploadFormat | undefined {
  const extension = /\.(csv|json|ndjson|jsonl)$/i.exec(filename)?.[1]?.toLowerCase();
  return extension === 'jsonl' ? 'ndjson' : (extension as UploadFormat | undefined);
}
