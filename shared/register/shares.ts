import { canonicalDecimal, parseDecimal, renderDecimal, unitsAt } from '#kernel/decimal.ts';

/** The decimal places that shares have at most. */
const PLACES = 8;

const unitsOf = (shares: string): bigint => unitsAt(parseDecimal(shares), PLACES);
const rendered = (units: bigint): string => canonicalDecimal(renderDecimal(units, PLACES));

export function differenceOf(a: string, b: string): string {
  return rendered(unitsOf(a) - unitsOf(b));
}

export function sumOf(a: string, b: string): string {
  return rendered(unitsOf(a) + unitsOf(b));
}
