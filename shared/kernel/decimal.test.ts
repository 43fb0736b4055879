import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalDecimal, parseDecimal, renderDecimal, unitsAt } from './decimal.ts';

test.each([
  ['007.50', '7.5'],
  ['-0', '0'],
  ['-0.00', '0'],
  ['-1.10', '-1.1'],
  ['100', '100'],
  ['0.000', '0'],
])('%s is %s', (text, canonical) => {
  expect(canonicalDecimal(text)).toBe(canonical);
});

test.each(['', '.5', '1.', '1e3', '+1', '1,000', ' 1', '0x10', 'NaN', '--1', '1.2.3'])(
  '%j is no plain decimal',
  (text) => {
    expect(() => parseDecimal(text)).toThrow(RangeError);
    expect(() => canonicalDecimal(text)).toThrow(RangeError);
  },
);

test('a decimal has no units that are coarser than itself', () => {
  expect(unitsAt(parseDecimal('1.5'), 2)).toBe(150n);
  expect(() => unitsAt(parseDecimal('1.555'), 2)).toThrow(RangeError);
});

test('rendering and parsing are inverse, whatever the sign', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n }), fc.nat(8), (units, places) => {
      expect(parseDecimal(renderDecimal(units, places))).toEqual({ units, scale: places });
    }),
  );
});
