import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  dfiIdentification,
  hasRoutingCheckDigit,
  isRoutingNumber,
  routingCheckDigit,
} from './routing-number.ts';

// Published by the banks and Reserve Banks that have them.
const REAL = [
  '021000021',
  '121042882',
  '026009593',
  '011401533',
  '322271627',
  '061000146',
  '091000080',
  '124003116',
];

test.each(REAL)('%s is a routing number', (routingNumber) => {
  expect(isRoutingNumber(routingNumber)).toBe(true);
  expect(routingCheckDigit(dfiIdentification(routingNumber))).toBe(routingNumber[8]);
});

test.each([
  ['a wrong check digit', '021000022'],
  ['eight digits', '02100002'],
  ['ten digits', '0210000210'],
  ['all zeros', '000000000'],
  ['digits of another script', '٠٢١٠٠٠٠٢١'],
  ['spaces around', ' 021000021'],
  ['a line break behind', '021000021\n'],
  ['nothing', ''],
])('%s is refused', (_, text) => {
  expect(isRoutingNumber(text)).toBe(false);
});

test('only prefixes that the ABA gives out are taken', () => {
  const taken = Array.from({ length: 100 }, (_, prefix) => String(prefix).padStart(2, '0')).filter(
    (prefix) => {
      const eight = `${prefix}100002`;
      return isRoutingNumber(eight + routingCheckDigit(eight));
    },
  );
  const range = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, at) => String(first + at).padStart(2, '0'));
  expect(taken).toEqual([...range(0, 12), ...range(21, 32), ...range(61, 72), '80']);
});

test('any single wrong digit is noticed', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{8}$/), fc.nat(8), fc.integer({ min: 1, max: 9 }), (eight, at, by) => {
      const digits = [...eight, routingCheckDigit(eight)];
      expect(hasRoutingCheckDigit(digits.join(''))).toBe(true);
      digits[at] = String((Number(digits[at]) + by) % 10);
      expect(hasRoutingCheckDigit(digits.join(''))).toBe(false);
    }),
  );
});

test('a check digit needs eight digits', () => {
  expect(() => routingCheckDigit('0210000')).toThrow(RangeError);
});
