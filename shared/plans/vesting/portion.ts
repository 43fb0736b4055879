import { UNITS_PER_SHARE, unitsOf } from '#kernel/quantity.ts';

/** A part of a grant, more than nothing, in lowest terms. */
interface Portion {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** A fraction such as `1/3`. */
export const FRACTION = /^[1-9][0-9]{0,3}\/[1-9][0-9]{0,3}$/;

/**
 * Reads a fraction such as `1/3`.
 *
 * @example
 * fractionOf('2/6'); // → { numerator: 1n, denominator: 3n }
 */
export function fractionOf(text: string): Portion {
  const [numerator = '', denominator = ''] = text.split('/');
  return reduced(BigInt(numerator), BigInt(denominator));
}

/**
 * Reads a percent, a plain decimal of at most 8 places.
 */
function percentOf(text: string): Portion {
  return reduced(unitsOf(text), 100n * UNITS_PER_SHARE);
}

/**
 * Reads whichever of a percent and a fraction is written.
 *
 * @example
 * portionOf({ percent: '12.5' }); // → { numerator: 1n, denominator: 8n }
 */
export function portionOf({
  percent,
  fraction,
}: {
  readonly percent?: string | undefined;
  readonly fraction?: string | undefined;
}): Portion {
  return fraction === undefined ? percentOf(percent ?? '0') : fractionOf(fraction);
}

/** Returns the numerators over the least common denominator. */
export function overCommon(portions: readonly Portion[]): { numerators: bigint[]; denominator: bigint } {
  const denominator = portions.reduce(
    (common, one) => (common * one.denominator) / greatestCommonDivisor(common, one.denominator),
    1n,
  );
  return { numerators: portions.map((one) => (one.numerator * denominator) / one.denominator), denominator };
}

function reduced(numerator: bigint, denominator: bigint): Portion {
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [divisor, rest] = [b, a];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  return divisor;
}
