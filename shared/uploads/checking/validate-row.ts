import { validate } from '#generated/shareholder-row.validator.js';
import { identifierFault } from '#kernel/identifier.ts';
import type { RowError, RowErrorCode } from '#uploads/formats/upload-row.ts';
import { numberError } from './number-error.ts';
import { type ShareholderColumn, shareholderRowSchema } from './shareholder-upload.schema.ts';

const { external_ref, name, email, holdings, security_class } = shareholderRowSchema.properties;
const MAX_LENGTH: Readonly<Partial<Record<ShareholderColumn, number>>> = {
  external_ref: external_ref.maxLength,
  name: name.maxLength,
  email: email.maxLength,
  holdings: holdings.maxLength,
  security_class: security_class.maxLength,
};

/** The first fault of a row, in the order of the contract's columns; undefined when there is none. */
export function findRowError(
  values: Readonly<Partial<Record<ShareholderColumn, unknown>>>,
): RowError<ShareholderColumn> | undefined {
  if (validate(values)) return undefined;
  const fault = validate.errors?.[0];
  const column = (fault?.params.missingProperty ?? fault?.instancePath.slice(1)) as ShareholderColumn;
  switch (fault?.keyword) {
    case 'required':
      return required(column);
    case 'type':
      return values[column] === null
        ? required(column)
        : {
            column,
            code: 'wrong-type',
            message: `${column} must be a ${column === 'holdings' ? 'number or a string' : 'string'}.`,
          };
    case 'maxLength':
      return {
        column,
        code: 'too-long',
        message: `${column} must have at most ${MAX_LENGTH[column]} characters.`,
      };
    case 'format':
      return { column, code: 'invalid-email', message: `${column} must be an email address.` };
    default:
      if (values[column] === '') return required(column);
      if (column === 'effective_date') return invalidDay;
      return column === 'holdings'
        ? numberError(String(values.holdings), HOLDINGS)
        : textError(column, String(values[column]));
  }
}

export const invalidDay: RowError<ShareholderColumn> = {
  column: 'effective_date',
  code: 'invalid-date',
  message: 'effective_date must be a day that exists, as 2026-01-31.',
};

function required(column: ShareholderColumn): RowError<ShareholderColumn> {
  return { column, code: 'required', message: `${column} is required.` };
}

const HOLDINGS = {
  column: 'holdings',
  example: '1250.5',
  digits: 20,
  isPositive: false,
  tooManyDecimals: 'must have at most 8 decimal places',
} as const;

/** Returns the error of an identifier that could be mistaken for another one. */
export function identifierError<Column extends string>(
  column: Column,
  text: string,
): RowError<Column> | undefined {
  const fault = identifierFault(text);
  return fault && { column, code: fault.code, message: `${column} ${fault.message}.` };
}

const BIDI = /[\u202a-\u202e\u2066-\u2069]/u;
const CONTROL = /\p{Cc}/u;

/** Returns the error of a text, if it holds characters that it must not hold. */
export function hostileTextError<Column extends string>(
  column: Column,
  text: string,
): RowError<Column> | undefined {
  const isFine = text.isWellFormed() && !text.includes('\ufffd') && !BIDI.test(text) && !CONTROL.test(text);
  return isFine ? undefined : textError(column, text);
}

/** Returns the error of a text that holds characters it must not hold. */
export function textError<Column extends string>(column: Column, text: string): RowError<Column> {
  const hostile = (code: RowErrorCode, found: string, at: RegExp): RowError<Column> => {
    // A name may hold tabs and line breaks, so those are not what to point at.
    const searched = column === 'name' ? text.replace(/[\t\n\r]/g, ' ') : text;
    const codePoint = at.exec(searched)?.[0].codePointAt(0) ?? 0;
    return {
      column,
      code,
      message: `${column} contains ${found} U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}.`,
    };
  };
  if (text.includes('\0')) return hostile('nul', 'the character', /\0/);
  if (!text.isWellFormed())
    return hostile('invalid-encoding', 'half of a surrogate pair,', /[\ud800-\udfff]/u);
  if (text.includes('\ufffd')) {
    return hostile('invalid-encoding', 'the mark of a character lost in an earlier conversion,', /\ufffd/);
  }
  if (BIDI.test(text)) return hostile('bidi-override', 'the text direction character', BIDI);
  return hostile('control-character', 'the control character', CONTROL);
}
