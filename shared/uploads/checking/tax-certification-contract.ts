import { validate } from '#generated/tax-certification-row.validator.js';
import { isCountry } from '#kernel/countries.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { isoDate } from '#kernel/fields.ts';
import { CERTIFICATIONS } from '#register/tax/tax-certification.ts';
import { readTaxId, TAX_ID_TYPES, type TaxIdType, taxIdLast4 } from '#register/tax/tax-id.ts';
import type { RowError, UploadRow } from '#uploads/formats/upload-row.ts';
import { rejectedRow } from './finish-row.ts';
import { missingError } from './number-error.ts';
import { payeeError } from './payee-error.ts';
import { emptied, type RowContract, trimmed } from './row-contract.ts';
import { TAX_COLUMNS, type TaxColumn, taxRowSchema } from './tax-certification-upload.schema.ts';

/** The values of a valid row. The number is in memory only: it is sealed before the row is stored anywhere. */
export type TaxValues = Readonly<Record<TaxColumn, string | null>>;

type Found = Record<TaxColumn, unknown>;
type Fault = RowError<TaxColumn>;

const optional = (cells: readonly string[], at: number) => (at < 0 ? null : cells[at] || null);

export const taxCertificationContract: RowContract<TaxColumn, TaxValues> = {
  columns: TAX_COLUMNS,
  required: taxRowSchema.required,
  number: 'tax_id',
  spread: 'certification',
  days: { columns: ['signed_on'], invalid: 'invalid-date' },
  skipsZero: false,
  ofCells: (cells, at) => ({
    payee: cells[at.payee],
    tax_id_type: optional(cells, at.tax_id_type),
    tax_id: optional(cells, at.tax_id),
    certification: cells[at.certification],
    signed_on: optional(cells, at.signed_on),
    treaty_country: optional(cells, at.treaty_country),
    treaty_rate: optional(cells, at.treaty_rate),
    exempt_payee: optional(cells, at.exempt_payee),
    backup_withholding: optional(cells, at.backup_withholding),
  }),
  ofObject: (row, number) => ({
    payee: trimmed(row.payee),
    tax_id_type: emptied(row.tax_id_type) ?? null,
    tax_id: emptied(number) ?? null,
    certification: trimmed(row.certification),
    signed_on: emptied(row.signed_on) ?? null,
    treaty_country: emptied(row.treaty_country) ?? null,
    treaty_rate: emptied(row.treaty_rate) ?? null,
    exempt_payee: emptied(row.exempt_payee) ?? null,
    backup_withholding: emptied(row.backup_withholding) ?? null,
  }),
  finish: finishCertification,
};

function finishCertification(line: number, found: Found): UploadRow<TaxColumn, TaxValues> {
  if (typeof found.payee === 'string') found.payee = found.payee.normalize('NFC');
  for (const flag of ['exempt_payee', 'backup_withholding'] as const) {
    const value = found[flag];
    if (typeof value === 'boolean') found[flag] = String(value);
    if (typeof value === 'string') found[flag] = value.toLowerCase();
  }
  const error = findFault(found);
  if (error !== undefined) return rejectedRow(TAX_COLUMNS, line, found, error);
  const values = found as Record<TaxColumn, string | null>;
  const { tax_id, tax_id_type, treaty_rate } = values;
  const read = tax_id === null ? undefined : readTaxId(tax_id_type as TaxIdType, tax_id);
  return {
    line,
    values: {
      ...values,
      tax_id: read !== undefined && 'number' in read ? read.number : null,
      treaty_rate: treaty_rate === null ? null : canonicalDecimal(treaty_rate),
    },
    error: undefined,
  };
}

/** The first fault of a row, in the order of the contract's columns. No message has the number. */
function findFault(found: Found): Fault | undefined {
  if (validate(found)) return findLaterFault(found as Record<TaxColumn, string | null>);
  const fault = validate.errors?.[0];
  const column = (fault?.params.missingProperty ?? fault?.instancePath.slice(1)) as TaxColumn;
  if (column === 'payee' || column === 'certification') {
    const missing = missingError(column, found[column], false);
    if (missing !== undefined) return missing;
  }
  return column === 'payee' ? payeeError(found.payee, fault?.keyword) : malformed(column);
}

const RULES: Readonly<Record<Exclude<TaxColumn, 'payee'>, string>> = {
  tax_id_type: `must be one of ${TAX_ID_TYPES.join(', ')}, or empty`,
  tax_id: 'must be text of at most 40 characters',
  certification: `must be one of ${CERTIFICATIONS.join(', ')}`,
  signed_on: 'must be a day that exists, as 2026-01-31',
  treaty_country: 'must be a country by its two letters of ISO 3166, such as DE, or empty',
  treaty_rate: 'must be a percentage with at most two decimal places, or empty',
  exempt_payee: 'must be true or false, or empty for false',
  backup_withholding: 'must be true or false, or empty for what is on record',
};

function malformed(column: TaxColumn): Fault {
  if (column === 'payee') return { column, code: 'required', message: 'payee is required.' };
  const code = column === 'signed_on' ? 'invalid-date' : 'unknown-value';
  return { column, code, message: `${column} ${RULES[column]}.` };
}

function findLaterFault(found: Record<TaxColumn, string | null>): Fault | undefined {
  const { payee, tax_id, tax_id_type, signed_on, treaty_country } = found;
  if (signed_on !== null && !isoDate.safeParse(signed_on).success) return malformed('signed_on');
  if (treaty_country !== null && !isCountry(treaty_country)) return malformed('treaty_country');
  if ((tax_id === null) !== (tax_id_type === null)) {
    const column = tax_id === null ? 'tax_id' : 'tax_id_type';
    return { column, code: 'required', message: `${column} is required beside the other.` };
  }
  if (tax_id !== null) {
    const read = readTaxId(tax_id_type as TaxIdType, tax_id);
    if ('fault' in read) return { column: 'tax_id', code: 'unknown-value', message: `tax_id ${read.fault}.` };
  }
  return payeeError(payee);
}

/** Whatever could be a tax id, in a cell that is not known to hold something else. */
const DIGITS = /\p{Nd}(?:[\s./-]?\p{Nd}){3,}/gu;

const masked = (text: string) => `****${taxIdLast4(text.replaceAll(/[^\p{L}\p{Nd}]/gu, ''))}`;

/**
 * Returns the cells of a row as they may be stored and shown, in errors files too: no tax id, in whichever cell somebody has put it. A payee stays
 * where the number stands in its own column, so that the row is found in its source.
 */
export function maskedTaxCells(
  cells: Readonly<Partial<Record<TaxColumn, string | null>>>,
  isWhole: boolean,
): Record<TaxColumn, string | null> {
  const type = TAX_ID_TYPES.find((one) => one === cells.tax_id_type) ?? 'FOREIGN';
  const isInPlace = isWhole && (!cells.tax_id || 'number' in readTaxId(type, cells.tax_id));
  const shown = TAX_COLUMNS.map((column) => {
    const text = cells[column] ?? null;
    if (text === null || text === '') return [column, text];
    if (column === 'tax_id') return [column, masked(text)];
    const isKnown =
      column === 'payee' ? isInPlace : column === 'signed_on' && isoDate.safeParse(text).success;
    return [column, isKnown ? text : text.replaceAll(DIGITS, masked)];
  });
  return Object.fromEntries(shown) as Record<TaxColumn, string | null>;
}
