import type { RowError } from '#uploads/formats/upload-row.ts';

/** The rule of a column of numbers, in words. */
interface NumberColumn<Column extends string> {
  readonly column: Column;
  readonly example: string;
  /** The digits that may stand before the point. */
  readonly digits: number;
  /** Whether zero is refused. */
  readonly isPositive: boolean;
  /** Tells a person who sent a negative number what to do instead. @default nothing */
  readonly insteadOfNegative?: string;
  readonly tooManyDecimals: string;
}

/** Returns the error of a text that breaks the rule of its column: the first that a person would see. */
export function numberError<Column extends string>(
  text: string,
  { column, example, digits, isPositive, insteadOfNegative = '', tooManyDecimals }: NumberColumn<Column>,
): RowError<Column> {
  if (!/^-?[0-9]+(\.[0-9]+)?$/.test(text))
    return {
      column,
      code: 'invalid-number',
      message: `${column} must be a plain decimal number, such as ${example}: digits and one point, without separators, currency or exponent. A mapping reads numbers that are written in another way.`,
    };
  const isZero = !/[1-9]/.test(text);
  if (isZero && isPositive) return { column, code: 'zero', message: `${column} must be greater than zero.` };
  if (text.startsWith('-') && !isZero)
    return { column, code: 'negative', message: `${column} must not be negative${insteadOfNegative}.` };
  const [whole = ''] = text.replace('-', '').split('.');
  if (whole.length > digits)
    return {
      column,
      code: 'too-long',
      message: `${column} must have at most ${digits} digits before the point.`,
    };
  return { column, code: 'too-many-decimals', message: `${column} ${tooManyDecimals}.` };
}

/** Returns the error of a value that is missing or no text, if it is. */
export function missingError<Column extends string>(
  column: Column,
  value: unknown,
  isNumber: boolean,
): RowError<Column> | undefined {
  if (value === undefined || value === null || value === '')
    return { column, code: 'required', message: `${column} is required.` };
  if (typeof value === 'string') return undefined;
  return { column, code: 'wrong-type', message: `${column} must be text${isNumber ? ' or a number' : ''}.` };
}
