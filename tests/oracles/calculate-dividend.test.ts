import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calculateDividend } from './calculate-dividend.ts';

describe('a dividend', () => {
  test.each([
    ['1250.5', '0.32', 'USD', 40016n],
    // Ties go to the even minor unit.
    ['3', '0.125', 'USD', 38n],
    ['1', '0.125', 'USD', 12n],
    ['1', '0.135', 'USD', 14n],
    ['1', '0.00500001', 'USD', 1n],
    ['1', '0.005', 'USD', 0n],
    ['3', '0.5', 'JPY', 2n],
    ['5', '0.5', 'JPY', 2n],
    ['1', '0.0005', 'KWD', 0n],
    ['3', '0.0005', 'KWD', 2n],
    ['0', '1', 'EUR', 0n],
    ['0.00000001', '0.00000001', 'USD', 0n],
    ['99999999999999999999.99999999', '1', 'USD', 10000000000000000000000n],
  ])('%s shares at %s %s', (holdings, rate, currency, minor) => {
    expect(calculateDividend(holdings, rate, currency)).toBe(minor);
  });

  test.each(['-1', '', '1e3', 'NaN', 'Infinity', '1,000', ' 1', '.5', '1.', '0x10'])(
    '%j is no number of shares',
    (holdings) => {
      expect(() => calculateDividend(holdings, '1', 'USD')).toThrow(RangeError);
    },
  );

  test('an unknown currency has no minor unit', () => {
    expect(() => calculateDividend('1', '1', 'XAU')).toThrow(RangeError);
  });
});

describe('for any holdings and rate', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.integer({ min: 0, max: 8 }))
    .map(([units, scale]) => toText(units, scale));
  const currency = fc.constantFrom('JPY', 'USD', 'KWD');
  const places: Record<string, number> = { JPY: 0, USD: 2, KWD: 3 };

  function toText(units: bigint, scale: number): string {
    const digits = units.toString().padStart(scale + 1, '0');
    return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  }

  /** Returns the value as a fraction over 10^30, computed in another way than in the code. */
  function scaled(text: string): bigint {
    const [whole = '', fraction = ''] = text.split('.');
    return BigInt(whole) * 10n ** 30n + BigInt(fraction.padEnd(30, '0'));
  }

  test('the payment differs from the exact amount by at most half a minor unit', () => {
    fc.assert(
      fc.property(decimal, decimal, currency, (holdings, rate, code) => {
        const exact = scaled(holdings) * scaled(rate) * 10n ** BigInt(places[code] ?? 0);
        const paid = calculateDividend(holdings, rate, code) * 10n ** 60n;
        const difference = paid > exact ? paid - exact : exact - paid;
        expect(2n * difference <= 10n ** 60n).toBe(true);
      }),
    );
  });

  test('more shares never pay less', () => {
    fc.assert(
      fc.property(decimal, decimal, decimal, currency, (one, other, rate, code) => {
        const [less, more] = scaled(one) <= scaled(other) ? [one, other] : [other, one];
        expect(calculateDividend(less, rate, code) <= calculateDividend(more, rate, code)).toBe(true);
      }),
    );
  });
});
