import * as z from 'zod';
import { canonicalDecimal, MAX_DECIMAL_LENGTH, parseDecimal, renderDecimal, unitsAt } from './decimal.ts';
import { invalidField } from './domain-error.ts';
import { JsonNumber } from './json.ts';

/**
 * Money is a bigint of the currency's minor unit beside an ISO 4217 code; outside it is a decimal string with exactly the
 * currency's decimal places. It never passes through a float.
 */

/** ISO 4217 List One, by the number of decimal places of the minor unit. Funds, metals and testing codes are left out. */
const CODES_BY_EXPONENT: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE ' +
    'CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR ' +
    'KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB ' +
    'PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY ' +
    'TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
};

const exponents: ReadonlyMap<string, number> = new Map(
  Object.entries(CODES_BY_EXPONENT).flatMap(([exponent, codes]) =>
    codes.split(' ').map((code) => [code, Number(exponent)] as const),
  ),
);

export const currency = z
  .string('must be a currency code')
  .refine((code) => exponents.has(code), 'must be an ISO 4217 code of a currency in use, as USD')
  .meta({ openapi: { type: 'string', pattern: '^[A-Z]{3}$', examples: ['USD'] } });

/** Digits before the point of an amount in a request; sums of a million of them still fit a bigint column. */
const MAX_INTEGER_DIGITS = 12;
const AMOUNT = new RegExp(`^-?\\d{1,${MAX_INTEGER_DIGITS}}(\\.\\d+)?$`);

const amountText = z
  .string('must be a decimal amount, as a string or a JSON number')
  .max(MAX_DECIMAL_LENGTH, { error: `must have at most ${MAX_DECIMAL_LENGTH} characters`, abort: true })
  .regex(AMOUNT, `must be a plain decimal amount of at most ${MAX_INTEGER_DIGITS} integer digits`);

function amountOf(schema: z.ZodString, sign = '') {
  return z
    .preprocess(
      (value) => (value instanceof JsonNumber ? value.source : value),
      schema.transform(canonicalDecimal),
    )
    .meta({
      openapi: {
        type: ['string', 'number'],
        pattern: `^${sign}\\d{1,12}(\\.\\d{1,3})?$`,
        examples: ['125.50'],
      },
    });
}

/** A decimal as it was sent, string or JSON number; {@link toMinor} reads it once the currency is known. */
export const amount = amountOf(amountText.regex(/^(?!-)(?=.*[1-9])/, 'must be greater than zero'));

/** Returns the schema of an amount that is added, or taken away where it is negative. */
export function signedAmount() {
  return amountOf(amountText.regex(/[1-9]/, 'must not be zero'), '-?');
}

/** A bound of amounts: it may be zero. */
export const amountBound = amountOf(amountText.regex(/^(?!-)/, 'must not be negative'));

export const amountOut = z
  .string()
  .meta({ openapi: { type: 'string', pattern: '^-?\\d+(\\.\\d+)?$', examples: ['125.50'] } });

/** Decimal places of a currency's minor unit. Throws a RangeError for a code that {@link currency} would not take. */
export function exponentOf(code: string): number {
  const exponent = exponents.get(code);
  if (exponent === undefined) throw new RangeError(`${code} is not a known currency`);
  return exponent;
}

/**
 * A decimal in minor units: `toMinor('125.5', 'USD')` is 12550n.
 * @param pointer names the field when it has more decimal places than the currency
 * @throws DomainError `validation-failed`
 */
export function toMinor(decimal: string, code: string, pointer = '/amount'): bigint {
  const exponent = exponentOf(code);
  const parsed = parseDecimal(decimal);
  if (parsed.scale > exponent) {
    const places = exponent === 0 ? 'no decimal places' : `at most ${exponent} decimal places`;
    throw invalidField(pointer, 'too-many-decimals', `${code} amounts have ${places}`);
  }
  return unitsAt(parsed, exponent);
}

/** `fromMinor(12550n, 'USD')` is `'125.50'`. */
export function fromMinor(minor: bigint, code: string): string {
  return renderDecimal(minor, exponentOf(code));
}
