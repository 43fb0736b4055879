import { expect, test } from 'vitest';
import { meaningOf, returnMeaning } from './code-meaning.ts';

test.each([
  ['R03', 'No account, or unable to locate the account'],
  ['C01', 'Incorrect account number'],
  ['165', 'Preauthorized ACH credit'],
  ['475', 'Check paid'],
  ['PMNT-ICDT-DMCT', 'Issued credit transfer, domestic'],
  ['PMNT-RCDT-ZZZZ', 'Received credit transfer'],
  ['PMNT-RDDT', 'Received direct debit'],
  ['ZZZZ-ICDT-DMCT', null],
  ['999', null],
  ['NTRF', null],
  ['DENIED', null],
  ['', null],
  [null, null],
])('the code %j means %j', (code, meaning) => {
  expect(meaningOf(code)).toBe(meaning);
});

test('only a code of a return says why a payment ended', () => {
  expect(returnMeaning('R03')).toBe('No account, or unable to locate the account');
  for (const code of ['165', 'C01', 'CANCELLED', null]) expect(returnMeaning(code)).toBeUndefined();
});
