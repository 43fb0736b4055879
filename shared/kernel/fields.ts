import * as z from 'zod';
import { dayWrittenIn, isDay, isTimeZone } from './calendar.ts';
import { canonicalDecimal, MAX_DECIMAL_LENGTH } from './decimal.ts';
import { identifierFault } from './identifier.ts';
import type { TenantId } from './ids.ts';
import { JsonNumber } from './json.ts';

/**
 * The fields that API bodies and queries are made of. Each refuses what the database or a browser would silently change:
 * floats, impossible dates, control characters. `meta.openapi` is what the generated contract shows.
 */

const PLAIN_DECIMAL = /^-?\d{1,20}(\.\d+)?$/;

/** Reads a number from its digits, whether it comes as text or as a number. */
export function exactNumber(
  schema: z.ZodString,
  openapi: Record<string, unknown>,
  canonical: (text: string) => string = canonicalDecimal,
) {
  return z
    .preprocess((value) => (value instanceof JsonNumber ? value.source : value), schema.transform(canonical))
    .meta({ openapi });
}

/** A string or a JSON number, read from its digits. Exponents, signs of plus, separators and spaces are refused; zeros at the end are not. */
export const decimalText = z
  .string('must be a decimal number, as a string or a JSON number')
  .max(MAX_DECIMAL_LENGTH, { error: `must have at most ${MAX_DECIMAL_LENGTH} characters`, abort: true })
  .regex(PLAIN_DECIMAL, 'must be a plain decimal number of at most 20 integer digits')
  .regex(/^[^.]*(\.\d{1,8}0*)?$/, 'must have at most 8 decimal places');

const shares = (example: string) => ({
  type: ['string', 'number'],
  pattern: '^\\d{1,20}(\\.\\d{1,8}0*)?$',
  examples: [example],
});

/** Shares, at most 20 digits before and 8 after the point, zero or more. */
export const quantity = exactNumber(
  decimalText.regex(/^(?!-0*[.]?0*[1-9])/, 'must not be negative'),
  shares('1250.5'),
);
export const positiveQuantity = exactNumber(
  decimalText.regex(/^(?!-)(?=.*[1-9])/, 'must be greater than zero'),
  shares('10'),
);

/** The digits of a number as it was written, with a fraction of zeros: one that is small would be lost in a float. */
const WHOLE = /^-?\d{1,20}(\.0{1,20})?$/;

/** A JSON number without a fraction, read from its digits; `6.0` is 6, a string or an exponent is refused. */
export function wholeNumber(min: number, max: number) {
  return z
    .preprocess(
      (value) =>
        value instanceof JsonNumber && WHOLE.test(value.source)
          ? Number(canonicalDecimal(value.source))
          : value,
      z
        .int({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a whole number') })
        .min(min, `must be at least ${min}`)
        .max(max, `must be at most ${max}`),
    )
    .meta({ openapi: { type: 'integer', minimum: min, maximum: max } });
}

/** Refuses C0, C1 and bidirectional override characters, and what isn't Unicode; everything else is data, stored as it is. */
const HOSTILE = /[\p{Cc}\p{Cs}\ufffd\u202a-\u202e\u2066-\u2069]/u;

export function text(maxLength: number) {
  return z
    .string('must be a string')
    .min(1, 'must not be empty')
    .max(maxLength, { error: `must have at most ${maxLength} characters`, abort: true })
    .refine((value) => !HOSTILE.test(value), 'must not contain control or text direction characters')
    .refine((value) => value.trim() === value, 'must not begin or end with a space');
}

/** An identifier that a customer gives: compared after NFC, case-sensitive, and not to be mistaken for another one. */
export const identifier = text(100)
  .superRefine((value, context) => {
    const fault = identifierFault(value);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault.message });
  })
  .transform((value) => value.normalize('NFC'));

export const email = z
  .string('must be an email address')
  .max(254, { error: 'must have at most 254 characters', abort: true })
  .email('must be an email address')
  .refine((value) => !HOSTILE.test(value), 'must not contain control characters');

/** Sign-in addresses are compared in lower case. */
export const loginEmail = email.transform((value) => value.toLowerCase());

/** A calendar day of the years 1900 to 2199; Feb 29 only where it exists. */
export const isoDate = z
  .string('must be a date')
  .regex(/^(19|20|21)\d\d-\d\d-\d\d$/, 'must be a date as YYYY-MM-DD, from 1900 to 2199')
  .refine(isDay, 'must be a day that exists')
  .meta({ openapi: { type: 'string', format: 'date' } });

/** A time zone by its IANA name. An offset is none: it knows no summer. */
export const timeZone = z
  .string('must be a string')
  .max(64, 'must have at most 64 characters')
  .refine(isTimeZone, 'must be a time zone by its IANA name, such as America/New_York, or UTC');

/** RFC 3339 in UTC, with up to microseconds. */
export const instant = z
  .string('must be an instant')
  .regex(
    /^(19|20|21)\d\d-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z$/,
    'must be an instant in UTC, as 2026-01-31T12:00:00Z',
  )
  .refine((value) => isoDate.safeParse(dayWrittenIn(value)).success, 'must be an instant that exists')
  .meta({ openapi: { type: 'string', format: 'date-time' } });

/** Malformed ids are answered 404 like unknown ones, so a path takes any text. */
export const idInPath = z.object({ id: z.string().meta({ openapi: { type: 'string', format: 'uuid' } }) });
/** An id in a body. */
export const id = z.uuid('must be an id').toLowerCase();

/** The tenant of a message, which we wrote ourselves. */
export const tenantId = id.transform((value) => value as TenantId);

export const securityClass = z
  .string('must be a string')
  .regex(/^[A-Z][A-Z0-9_-]{0,31}$/, 'must be 1 to 32 of A-Z, 0-9, _ and -, beginning with a letter');

/** A tenant declares, and a meeting is of, at most so many classes. */
export const MAX_SECURITY_CLASSES = 100;

/** The class of positions that name none. */
export const DEFAULT_SECURITY_CLASS = 'COMMON';

export const booleanInQuery = z
  .enum(['true', 'false'], 'must be true or false')
  .transform((value) => value === 'true')
  .meta({ openapi: { type: 'boolean' } });

export const MAX_PAGE = 200;
export const DEFAULT_PAGE = 50;

/** `limit` and `cursor` of every list. */
export const page = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `must be 1 to ${MAX_PAGE}`)
    .transform(Number)
    .refine((value) => value <= MAX_PAGE, `must be at most ${MAX_PAGE}`)
    .default(DEFAULT_PAGE)
    .meta({ openapi: { type: 'integer', minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE } }),
  cursor: z.string().max(2_000).optional(),
};

/** A page of a list that isn't counted, see `counted-page.ts`. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() });
}

/** Shapes that answers share. */
export const decimalOut = z.string().meta({ openapi: { type: 'string', pattern: '^-?\\d+(\\.\\d+)?$' } });
export const instantOut = z.string().meta({ openapi: { type: 'string', format: 'date-time' } });
export const dateOut = z.string().meta({ openapi: { type: 'string', format: 'date' } });
export const idOut = z.string().meta({ openapi: { type: 'string', format: 'uuid' } });

/** The verification of a payee, who is a holder of record or a participant. Nobody is paid before it is VERIFIED. */
export const kycStatus = z.enum(
  ['UNVERIFIED', 'PENDING', 'VERIFIED', 'REJECTED'],
  'must be one of UNVERIFIED, PENDING, VERIFIED, REJECTED',
);
