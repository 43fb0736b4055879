import { expect, test } from 'vitest';
import { headerOf } from './header-of.ts';

test.each([
  ['Emp No,Pay date,Deferral', 0, ',', ['Emp No', 'Pay date', 'Deferral']],
  ['Acme GmbH\r\nLohnlauf\r\nNr.;Stichtag;Betrag, brutto\r\n', 2, ';', ['Nr.', 'Stichtag', 'Betrag, brutto']],
  ['"Emp, No"\t"Pay"', 0, '\t', ['Emp, No', 'Pay']],
  ['one', 0, ',', ['one']],
  ['a|b|', 0, '|', ['a', 'b']],
  ['a,b', 7, ',', []],
])('the header of %j after %i lines is separated by %j', (sample, skipped, separator, columns) => {
  expect(headerOf(sample, skipped)).toEqual({ separator, columns });
});
