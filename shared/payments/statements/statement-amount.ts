import { exponentOf } from '#kernel/money.ts';

const DECIMAL = /^(\d{1,15})(?:\.(\d{0,5}))?$/;
const MINOR = /^([+-]?)(\d{1,15})$/;

/** Minor units of `1234.5`; undefined for anything but an amount of a currency in use, with no more than its places. */
export function minorOfDecimal(text: string, currency: string): bigint | undefined {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  const places = placesOf(currency);
  if (whole === undefined || places === undefined || /[1-9]/.test(fraction.slice(places))) return undefined;
  return BigInt(whole + fraction.slice(0, places).padEnd(places, '0'));
}

/** Reads an amount whose decimal point is implied, as in BAI2. */
export function minorOfDigits(text: string): bigint | undefined {
  const [, sign, digits] = MINOR.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return sign === '-' ? -BigInt(digits) : BigInt(digits);
}

function placesOf(currency: string): number | undefined {
  try {
    return exponentOf(currency);
  } catch {
    return undefined;
  }
}
