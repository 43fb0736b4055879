import { expect, test } from 'vitest';
import { differences } from './changes.ts';
import { grouped, money, words } from './format.ts';

test.each([
  ['0', '0'],
  ['-1234.5', '-1,234.5'],
  ['999', '999'],
  ['123456789012345678901234567890.12345678', '123,456,789,012,345,678,901,234,567,890.12345678'],
])('%s is shown to its last digit, as %s', (decimal, shown) => {
  expect(grouped(decimal)).toBe(shown);
});

test('an amount that nobody knows yet is a dash', () => {
  expect([money(null, 'USD'), money('1250.00', 'USD')]).toEqual(['–', '1,250.00 USD']);
});

test('names of the API are read as words', () => {
  expect([words('AWAITING_APPROVAL'), words('payment-run')]).toEqual(['Awaiting approval', 'Payment run']);
});

test('a change is laid out by field, with what stays, what is new and what goes', () => {
  const before = { holdings: '5', contact: { email: 'a@x.example', phone: null }, classes: ['COMMON'] };
  const after = { holdings: '6', contact: { email: 'a@x.example' }, lines: [{ line: 1, amount: '2' }] };
  expect(differences(before, after)).toEqual([
    { name: 'holdings', before: '5', after: '6' },
    { name: 'contact › email', before: 'a@x.example', after: 'a@x.example' },
    { name: 'classes', before: 'COMMON', after: undefined },
    { name: 'lines', before: undefined, after: 'line 1, amount 2' },
  ]);
});
