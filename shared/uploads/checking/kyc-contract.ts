import { validate } from '#generated/kyc-row.validator.js';
import { isoDate, kycStatus } from '#kernel/fields.ts';
import type { RowError, UploadRow } from '#uploads/formats/upload-row.ts';
import { rejectedRow } from './finish-row.ts';
import { KYC_COLUMNS, type KycColumn, kycRowSchema } from './kyc-upload.schema.ts';
import { missingError } from './number-error.ts';
import { payeeError } from './payee-error.ts';
import { emptied, type RowContract, trimmed } from './row-contract.ts';
import { textError } from './validate-row.ts';

type KycValues = Readonly<Record<KycColumn, string | null>>;
type Found = Record<KycColumn, unknown>;

const optional = (cells: readonly string[], at: number) => (at < 0 ? null : cells[at] || null);

export const kycContract: RowContract<KycColumn, KycValues> = {
  columns: KYC_COLUMNS,
  required: kycRowSchema.required,
  number: 'status',
  days: { columns: ['effective_date'], invalid: 'invalid-date' },
  skipsZero: false,
  ofCells: (cells, at) => ({
    payee: cells[at.payee],
    status: cells[at.status],
    reason: optional(cells, at.reason),
    effective_date: optional(cells, at.effective_date),
  }),
  ofObject: (row, number) => ({
    payee: trimmed(row.payee),
    status: trimmed(number),
    reason: emptied(row.reason) ?? null,
    effective_date: emptied(row.effective_date) ?? null,
  }),
  finish: finishKyc,
};

function finishKyc(line: number, found: Found): UploadRow<KycColumn, KycValues> {
  if (typeof found.payee === 'string') found.payee = found.payee.normalize('NFC');
  const error = findFault(found);
  if (error !== undefined) return rejectedRow(KYC_COLUMNS, line, found, error);
  return { line, values: found as KycValues, error: undefined };
}

const NO_DAY = {
  column: 'effective_date',
  code: 'invalid-date',
  message: 'effective_date must be a day that exists, as 2026-01-31.',
} as const;

function findFault(found: Found): RowError<KycColumn> | undefined {
  if (validate(found)) {
    const { payee, effective_date } = found as KycValues;
    if (effective_date !== null && !isoDate.safeParse(effective_date).success) return NO_DAY;
    return payeeError(payee);
  }
  const fault = validate.errors?.[0];
  const column = (fault?.params.missingProperty ?? fault?.instancePath.slice(1)) as KycColumn;
  if (column === 'effective_date') return NO_DAY;
  if (column === 'reason') return reasonError(found.reason, fault?.keyword);
  const missing = missingError(column, found[column], false);
  if (missing !== undefined) return missing;
  if (column === 'payee') return payeeError(found.payee, fault?.keyword);
  return { column, code: 'unknown-value', message: `status must be one of ${kycStatus.options.join(', ')}.` };
}

function reasonError(reason: unknown, keyword: string | undefined): RowError<KycColumn> {
  if (keyword === 'maxLength')
    return { column: 'reason', code: 'too-long', message: 'reason must have at most 200 characters.' };
  return textError('reason', String(reason));
}
