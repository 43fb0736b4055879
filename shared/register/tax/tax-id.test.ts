import { expect, test } from 'vitest';
import { readTaxId, type TaxIdType, taxIdLast4, truncatedTaxId } from './tax-id.ts';

test.each<[TaxIdType, string, string]>([
  ['SSN', '123-45-6789', '123456789'],
  ['SSN', '899 99 9999', '899999999'],
  ['ITIN', '900-70-0001', '900700001'],
  ['ITIN', '999-94-9999', '999949999'],
  ['EIN', '12-3456789', '123456789'],
  ['EIN', '990000001', '990000001'],
  ['FOREIGN', 'de 123/456.78-9', 'DE123/456.78-9'],
  ['FOREIGN', '1', '1'],
])('%s %s is taken as %s', (type, text, number) => {
  expect(readTaxId(type, text)).toEqual({ number });
});

test.each<[TaxIdType, string]>([
  ['SSN', '000-12-3456'],
  ['SSN', '666-12-3456'],
  ['SSN', '900-12-3456'],
  ['SSN', '123-00-4567'],
  ['SSN', '123-45-0000'],
  ['SSN', '12345678'],
  ['SSN', '12-3456789'],
  ['SSN', '１２３４５６７８９'],
  ['ITIN', '123-45-6789'],
  ['ITIN', '900-49-0001'],
  ['ITIN', '900-66-0001'],
  ['ITIN', '900-89-0001'],
  ['ITIN', '900-93-0001'],
  ['EIN', '00-1234567'],
  ['EIN', '07-1234567'],
  ['EIN', '123-45-6789'],
  ['FOREIGN', ''],
  ['FOREIGN', 'NONE'],
  ['FOREIGN', '-1'],
  ['FOREIGN', '1'.repeat(31)],
  ['FOREIGN', '12345\n6'],
])('%s %j is refused', (type, text) => {
  expect(readTaxId(type, text)).toHaveProperty('fault');
});

test('at most the last four characters of a number are shown, and never half of it', () => {
  expect(['123456789', '123456', '1', '12', ''].map(taxIdLast4)).toEqual(['6789', '456', '', '2', '']);
  expect(truncatedTaxId('SSN', '6789')).toBe('XXX-XX-6789');
  expect(truncatedTaxId('ITIN', '0001')).toBe('XXX-XX-0001');
  expect(truncatedTaxId('EIN', '6789')).toBe('XX-XXX6789');
  expect(truncatedTaxId('FOREIGN', '6789')).toBeNull();
});
