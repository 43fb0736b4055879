import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchOf } from './match-formula.ts';

const SAFE_HARBOUR = [
  { rate: '100', up_to: '3' },
  { rate: '50', up_to: '5' },
];

describe('a match', () => {
  test.each([
    ['nothing deferred', 0n, 60_000_00n, 12n, 0n],
    ['within the first tier', 100_00n, 60_000_00n, 12n, 100_00n],
    ['at its end', 150_00n, 60_000_00n, 12n, 150_00n],
    ['within the second', 200_00n, 60_000_00n, 12n, 175_00n],
    ['at the end of all', 250_00n, 60_000_00n, 12n, 200_00n],
    ['beyond', 5_000_00n, 60_000_00n, 12n, 200_00n],
    ['a year at once', 3_000_00n, 60_000_00n, 1n, 2_400_00n],
    // 4 % of 1,000,000.00 / 26 is 1,538.4615…
    ['of fractions of a cent', 9_999_999n, 1_000_000_00n, 26n, 1_538_46n],
    // Half of a further cent: to the even one.
    ['half a cent, down', 150_01n, 60_000_00n, 12n, 150_00n],
    ['half a cent, up', 150_03n, 60_000_00n, 12n, 150_02n],
  ])('%s', (_, deferred, pay, periods, expected) => {
    expect(matchOf(SAFE_HARBOUR, { deferred, pay, periods })).toBe(expected);
  });

  const tier = fc.record({
    rate: fc.integer({ min: 1, max: 2_000_000 }),
    width: fc.integer({ min: 1, max: 200_000 }),
  });
  const percentOf = (units: number) =>
    `${Math.floor(units / 10_000)}.${String(units % 10_000).padStart(4, '0')}`;

  test('is within half a cent of the sum of its tiers, never falls as more is deferred, and ends with the last tier', () => {
    fc.assert(
      fc.property(
        fc.array(tier, { minLength: 1, maxLength: 5 }),
        fc.bigInt({ min: 0n, max: 10n ** 9n }),
        fc.bigInt({ min: 0n, max: 10n ** 6n }),
        fc.bigInt({ min: 1n, max: 10n ** 11n }),
        fc.bigInt({ min: 1n, max: 366n }),
        (widths, deferred, more, pay, periods) => {
          let end = 0;
          const tiers = widths.map(({ rate, width }) => {
            end += width;
            return { rate: percentOf(rate), up_to: percentOf(end) };
          });
          const match = matchOf(tiers, { deferred, pay, periods });
          expect(matchOf(tiers, { deferred: deferred + more, pay, periods })).toBeGreaterThanOrEqual(match);
          // The oracle sums fractions over 10^12 × periods, tier by tier from below.
          const over = 10n ** 12n * periods;
          let exact = 0n;
          let begin = 0n;
          let upTo = 0n;
          for (const { rate, width } of widths) {
            upTo += BigInt(width);
            const cap = pay * upTo;
            const part = deferred * 10n ** 6n * periods;
            const inTier = (part < cap ? part : cap) - begin;
            if (inTier > 0n) exact += inTier * BigInt(rate);
            begin = cap;
          }
          const off = 2n * (match * over - exact);
          expect(off <= over && -off <= over).toBe(true);
        },
      ),
    );
  });
});
