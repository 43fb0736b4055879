import { validate } from '#generated/kyc-row.validator.js';
import { kycStatus } from '#kernel/fields.ts';
import type { RowError, UploadRow } from '#uploads/formats/upload-row.ts';
import { rejectedRow } from './finish-row.ts';
import { KYC_COLUMNS, type KycColumn, kycRowSchema } from './kyc-upload.schema.ts';
import { missingError } from './number-error.ts';
import { payeeError } from './payee-error.ts';
import { type RowContract, trimmed } from './row-contract.ts';

type KycValues = Readonly<Record<KycColumn, string>>;
type Found = Record<KycColumn, unknown>;

export const kycContract: RowContract<KycColumn, KycValues> = {
  columns: KYC_COLUMNS,
  required: kycRowSchema.required,
  number: 'status',
  skipsZero: false,
  ofCells: (cells, at) => ({ payee: cells[at.payee], status: cells[at.status] }),
  ofObject: (row, number) => ({ payee: trimmed(row.payee), status: trimmed(number) }),
  finish: finishKyc,
};

function finishKyc(line: number, found: Found): UploadRow<KycColumn, KycValues> {
  if (typeof found.payee === 'string') found.payee = found.payee.normalize('NFC');
  const error = findFault(found);
  if (error !== undefined) return rejectedRow(KYC_COLUMNS, line, found, error);
  return { line, values: found as KycValues, error: undefined };
}

function findFault(found: Found): RowError<KycColumn> | undefined {
  if (validate(found)) return payeeError(found.payee);
  const fault = validate.errors?.[0];
  const column = (fault?.params.missingProperty ?? fault?.instancePath.slice(1)) as KycColumn;
  const missing = missingError(column, found[column], false);
  if (missing !== undefined) return missing;
  if (column === 'payee') return payeeError(found.payee, fault?.keyword);
  return { column, code: 'unknown-value', message: `status must be one of ${kycStatus.options.join(', ')}.` };
}
