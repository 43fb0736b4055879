import { validate } from '#generated/bank-account-row.validator.js';
import { accountNumberLast4, isAccountNumber } from '#payments/nacha/account-number.ts';
import { isRoutingNumber } from '#payments/nacha/routing-number.ts';
import { ACCOUNT_TYPES, HOLDER_TYPES } from '#payments/payees/account-types.ts';
import type { RowError, UploadRow } from '#uploads/formats/upload-row.ts';
import {
  BANK_ACCOUNT_COLUMNS,
  type BankAccountColumn,
  bankAccountRowSchema,
} from './bank-account-upload.schema.ts';
import { rejectedRow } from './finish-row.ts';
import { missingError } from './number-error.ts';
import { payeeError } from './payee-error.ts';
import { emptied, type RowContract, trimmed } from './row-contract.ts';
import { textError } from './validate-row.ts';

/** The values of a valid row. The number is in memory only: it is sealed before the row is stored anywhere. */
export type BankAccountValues = Readonly<Record<BankAccountColumn, string>>;

type Found = Record<BankAccountColumn, unknown>;
type Fault = RowError<BankAccountColumn>;

export const bankAccountContract: RowContract<BankAccountColumn, BankAccountValues> = {
  columns: BANK_ACCOUNT_COLUMNS,
  required: bankAccountRowSchema.required,
  number: 'account_number',
  skipsZero: false,
  ofCells: (cells, at) => ({
    payee: cells[at.payee],
    routing_number: cells[at.routing_number],
    account_number: cells[at.account_number],
    account_type: cells[at.account_type],
    holder_name: cells[at.holder_name],
    holder_type: at.holder_type < 0 ? null : cells[at.holder_type] || null,
  }),
  ofObject: (row, number) => ({
    payee: trimmed(row.payee),
    routing_number: trimmed(row.routing_number),
    account_number: trimmed(number),
    account_type: trimmed(row.account_type),
    holder_name: trimmed(row.holder_name),
    holder_type: emptied(row.holder_type) ?? null,
  }),
  finish: finishAccount,
};

function finishAccount(line: number, found: Found): UploadRow<BankAccountColumn, BankAccountValues> {
  if (typeof found.payee === 'string') found.payee = found.payee.normalize('NFC');
  const error = findFault(found);
  if (error !== undefined) return rejectedRow(BANK_ACCOUNT_COLUMNS, line, found, error);
  const values = found as Record<BankAccountColumn, string>;
  return {
    line,
    values: { ...values, holder_type: values.holder_type ?? HOLDER_TYPES[0] },
    error: undefined,
  };
}

const notARoutingNumber: Fault = {
  column: 'routing_number',
  code: 'invalid-routing-number',
  message:
    'routing_number must be the nine digits of an ABA routing number, whose check digit is right. Spreadsheets drop zeros at the beginning.',
};

/** The first fault of a row, in the order of the contract's columns. */
function findFault(found: Found): Fault | undefined {
  if (validate(found)) {
    if (!isRoutingNumber(String(found.routing_number))) return notARoutingNumber;
    return payeeError(found.payee);
  }
  const fault = validate.errors?.[0];
  const column = (fault?.params.missingProperty ?? fault?.instancePath.slice(1)) as BankAccountColumn;
  const missing = missingError(column, found[column], column === 'account_number');
  if (missing !== undefined) return missing;
  switch (column) {
    case 'payee':
      return payeeError(found.payee, fault?.keyword);
    case 'routing_number':
      return notARoutingNumber;
    case 'account_number':
      return {
        column,
        code: 'invalid-account-number',
        message: 'account_number must be 4 to 17 digits, without spaces or hyphens.',
      };
    case 'account_type':
      return {
        column,
        code: 'unknown-value',
        message: `account_type must be ${ACCOUNT_TYPES.join(' or ')}.`,
      };
    case 'holder_name':
      return fault?.keyword === 'maxLength'
        ? { column, code: 'too-long', message: 'holder_name must have at most 200 characters.' }
        : textError(column, String(found.holder_name));
    case 'holder_type':
      return {
        column,
        code: 'unknown-value',
        message: `holder_type must be ${HOLDER_TYPES.join(' or ')}, or empty for ${HOLDER_TYPES[0]}.`,
      };
  }
}

/** Whatever could be an account number, also with spaces or hyphens, or in digits of other scripts. */
const DIGITS = /\p{Nd}(?:[\s-]?\p{Nd}){3,}/gu;

function last4(text: string): string {
  return `****${accountNumberLast4(text.replaceAll(/\P{Nd}/gu, ''))}`;
}

/**
 * Returns the cells of a row as they may be stored and shown, in errors files too: no account number, in whichever cell somebody has put it. What surely
 * is a payee, or the number of a bank, stays, so that the row is found in its source.
 */
export function maskedCells(
  cells: Readonly<Partial<Record<BankAccountColumn, string | null>>>,
  isWhole: boolean,
): Record<BankAccountColumn, string | null> {
  const hasNumber = isWhole && isAccountNumber(cells.account_number ?? '');
  const shown = BANK_ACCOUNT_COLUMNS.map((column) => {
    const text = cells[column] ?? null;
    if (text === null) return [column, null];
    const isKnown =
      (column === 'payee' && hasNumber) || (column === 'routing_number' && isWhole && isRoutingNumber(text));
    if (isKnown || text === '') return [column, text];
    return [column, column === 'account_number' ? last4(text) : text.replaceAll(DIGITS, last4)];
  });
  return Object.fromEntries(shown) as Record<BankAccountColumn, string | null>;
}
