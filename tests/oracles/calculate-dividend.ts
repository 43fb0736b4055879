import { parseDecimal } from '#kernel/decimal.ts';
import { exponentOf } from '#kernel/money.ts';

/**
 * Returns what a holder is paid: holdings × rate, rounded half to even at the currency's minor unit, in minor units.
 *
 * Exact: decimals are read digit by digit and multiplied as integers; the one rounding is the last step. What pays is
 * `take_dividend_snapshot` by `round_half_even` (migrations/functions); this is the oracle that a test holds it to.
 *
 * @param holdings shares, a plain decimal as `'1250.5'`
 * @param ratePerShare units of the currency for a share, a plain decimal as `'0.125'`; may have more places than the currency
 * @example calculateDividend('3', '0.125', 'USD') // 38n: 0.375 is a tie, and 38 is even
 * @throws RangeError for an unknown currency, or a number that is negative or not plain
 */
export function calculateDividend(holdings: string, ratePerShare: string, currency: string): bigint {
  const shares = parseDecimal(holdings);
  const rate = parseDecimal(ratePerShare);
  if (shares.units < 0n || rate.units < 0n) throw new RangeError('holdings and rate are zero or more');
  const dividend = shares.units * rate.units * 10n ** BigInt(exponentOf(currency));
  return divideHalfEven(dividend, 10n ** BigInt(shares.scale + rate.scale));
}

/** The integer nearest to dividend / divisor, the even one of two; for operands that are not negative. */
function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}
