import { expect, test } from 'vitest';
import { sumOf } from './sum-of.ts';

test.each([
  [[], '0'],
  [['1200', '-200'], '1000'],
  [['0.10', '0.20'], '0.30'],
  [['-0.05', '0.01'], '-0.04'],
  [['1.5', '-1.500'], '0.000'],
  [['999999999999999.99', '0.01'], '1000000000000000.00'],
])('%j adds up to %s', (amounts, sum) => {
  expect(sumOf(amounts)).toBe(sum);
});
