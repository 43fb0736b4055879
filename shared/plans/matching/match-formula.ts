/** The employer's match, as exact arithmetic: no amount passes through a float, and one rounding ends it. */

/** A tier: `rate` percent of what is deferred, up to `up_to` percent of pay; it begins where the one before ends. */
export interface MatchTier {
  readonly rate: string;
  readonly up_to: string;
}

/** Percentages have at most four decimal places: this many units are one percent, and a hundred times as many the whole. */
const UNITS_PER_PERCENT = 10_000n;
const WHOLE = 100n * UNITS_PER_PERCENT;

function unitsOf(percent: string): bigint {
  const [whole = '0', places = ''] = percent.split('.');
  return BigInt(whole) * UNITS_PER_PERCENT + BigInt(places.padEnd(4, '0'));
}

/**
 * Returns the match of what is deferred in one of the `periods` of a year, in minor units, rounded half to even.
 *
 * @example
 * const tiers = [{ rate: '100', up_to: '3' }, { rate: '50', up_to: '5' }];
 * // 6 % of a month's pay of 5,000.00: all of 150.00, and half of a further 100.00.
 * matchOf(tiers, { deferred: 300_00n, pay: 60_000_00n, periods: 12n }); // → 200_00n
 *
 * @param pay of a year, in minor units
 */
export function matchOf(
  tiers: readonly MatchTier[],
  { deferred, pay, periods }: { readonly deferred: bigint; readonly pay: bigint; readonly periods: bigint },
): bigint {
  const scale = WHOLE * periods;
  const scaled = deferred * scale;
  let sum = 0n;
  let from = 0n;
  for (const { rate, up_to } of tiers) {
    const end = pay * unitsOf(up_to);
    const reached = least(scaled, end);
    if (reached > from) sum += (reached - from) * unitsOf(rate);
    from = end;
  }
  return halfEven(sum, scale * WHOLE);
}

function least(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function halfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  const isUp = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}
