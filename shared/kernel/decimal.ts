/** Digits with the zeros that programs write around them; what is longer meets no pattern. */
export const MAX_DECIMAL_LENGTH = 64;

/** An exact decimal: `units` / 10^`scale`. */
interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Splits a plain decimal at its point. Throws a RangeError for anything else. */
function partsOf(text: string): { sign: string; whole: string; fraction: string } {
  const [, sign = '', whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) throw new RangeError(`${text} is not a plain decimal`);
  return { sign, whole, fraction };
}

/** Reads a plain decimal, exactly. Throws a RangeError for anything else. */
export function parseDecimal(text: string): Decimal {
  const { sign, whole, fraction } = partsOf(text);
  return { units: BigInt(sign + whole + fraction), scale: fraction.length };
}

/** Returns the units of a decimal of `places` places: 1.5 is 150 with two. Throws a RangeError if it has more. */
export function unitsAt({ units, scale }: Decimal, places: number): bigint {
  return scale === places ? units : units * 10n ** BigInt(places - scale);
}

/** `(12550n, 2)` → `'125.50'`: with exactly as many places. */
export function renderDecimal(units: bigint, places: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  const sign = units < 0n ? '-' : '';
  if (places === 0) return sign + digits;
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** `-0` → `0`, `007.50` → `7.5`. Throws a RangeError for anything but a plain decimal. */
export function canonicalDecimal(text: string): string {
  const { sign, whole, fraction } = partsOf(text);
  const integer = whole.replace(/^0+(?=\d)/, '');
  const decimals = fraction.replace(/0+$/, '');
  const digits = decimals === '' ? integer : `${integer}.${decimals}`;
  return digits === '0' ? digits : sign + digits;
}
