import { canonicalDecimal, parseDecimal, renderDecimal } from '#kernel/decimal.ts';

/** The part of the votes for and against that an item needs, exactly. */
interface Threshold {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** A fraction of numbers from 1 to 9999, such as `2/3`. */
export const FRACTION = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/;

/** A decimal or a fraction, as a request gives it. */
export const THRESHOLD_TEXT = /^\d{1,20}(\.\d{1,8}0*)?$|^[1-9]\d{0,3}\/[1-9]\d{0,3}$/;

const STORED_PLACES = 8;

/** Returns a decimal without needless zeros, and a fraction as it is. */
export function canonicalThreshold(text: string): string {
  return FRACTION.test(text) ? text : canonicalDecimal(text);
}

/** Reads a threshold that is a decimal or a fraction. Throws a RangeError for anything else. */
export function thresholdOf(text: string): Threshold {
  const [, numerator, denominator] = FRACTION.exec(text) ?? [];
  if (numerator !== undefined && denominator !== undefined)
    return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
  const { units, scale } = parseDecimal(text);
  return { numerator: units, denominator: 10n ** BigInt(scale) };
}

/** Whether a threshold is more than nothing and not more than everything. */
export function isPart(text: string): boolean {
  const { numerator, denominator } = thresholdOf(text);
  return numerator > 0n && numerator <= denominator;
}

/** Returns the columns that keep a threshold: a fraction also as the decimal that is nearest, and not nothing. */
export function storedThreshold(text: string) {
  if (!FRACTION.test(text)) return { threshold: text, threshold_fraction: null };
  const { numerator, denominator } = thresholdOf(text);
  const nearest = (2n * numerator * 10n ** BigInt(STORED_PLACES) + denominator) / (2n * denominator);
  return { threshold: renderDecimal(nearest, STORED_PLACES), threshold_fraction: text };
}
