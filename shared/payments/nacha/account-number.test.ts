import { expect, test } from 'vitest';
import { accountNumberLast4, isAccountNumber, isBanksAccountNumber } from './account-number.ts';

test.each(['1234', '0001', '12345678901234567'])('%s is an account number', (text) => {
  expect(isAccountNumber(text)).toBe(true);
});

test.each([
  '',
  '123',
  '123456789012345678',
  '0000',
  '12 34',
  '12-34',
  '12a4',
  '١٢٣٤',
  '1234\n',
  '+1234',
  '1e10',
])('%j is refused', (text) => {
  expect(isAccountNumber(text)).toBe(false);
});

test('only the last four digits are shown', () => {
  expect(accountNumberLast4('000123456789')).toBe('6789');
  expect(accountNumberLast4('744-5678-99')).toBe('7899');
});

test('hyphens are part of a number where a bank gives it so', () => {
  for (const text of ['744-5678-99', '12-34', '000123456789'])
    expect(isBanksAccountNumber(text), text).toBe(true);
  for (const text of ['-1234', '1234-', '12--34', '1-2-3', '0-000', '12 34', '1234567890-1234567'])
    expect(isBanksAccountNumber(text), text).toBe(false);
});
