import { expect, test } from 'vitest';
import {
  accountTypeOf,
  isCreditCode,
  isReturnTransactionCode,
  isTransactionCode,
} from './transaction-codes.ts';

test.each([
  ['22', true, false, 'checking'],
  ['32', true, false, 'savings'],
  ['21', true, true, 'checking'],
  ['27', false, false, 'checking'],
  ['36', false, true, 'savings'],
  ['42', true, false, undefined],
])('%s: credit %s, return %s, to %s', (code, credit, isReturn, accountType) => {
  expect(isTransactionCode(code)).toBe(true);
  expect(isCreditCode(code)).toBe(credit);
  expect(isReturnTransactionCode(code)).toBe(isReturn);
  expect(accountTypeOf(code)).toBe(accountType);
});

test.each(['20', '12', '62', '81', '2', '222', ''])('%j is no transaction code', (code) => {
  expect(isTransactionCode(code)).toBe(false);
});
