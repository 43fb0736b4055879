import { expect, test } from 'vitest';
import { changeReason, isChangeCode, parseCorrection } from './change-codes.ts';

test('the change codes are C01 to C14', () => {
  const codes = Array.from({ length: 100 }, (_, at) => `C${String(at).padStart(2, '0')}`);
  expect(codes.filter(isChangeCode)).toEqual(codes.slice(1, 15));
  expect(changeReason('C07').corrects).toEqual(['routing-number', 'account-number', 'transaction-code']);
  expect(isChangeCode('C61')).toBe(false);
  expect(() => changeReason('C15')).toThrow(RangeError);
});

// Columns of the corrected data as in Appendix Five: routing 1–9; account 13–29 in C03, 1–17 in C06, 10–26 in C07.
test.each([
  ['C01', '000123456', { accountNumber: '000123456' }],
  ['C02', '021000021', { routingNumber: '021000021' }],
  [
    'C03',
    '021000021   12345678901234567',
    { routingNumber: '021000021', accountNumber: '12345678901234567' },
  ],
  ['C03', '021000021           123456789', { routingNumber: '021000021', accountNumber: '123456789' }],
  ['C04', 'NUNEZ MARIA', { receiverName: 'NUNEZ MARIA' }],
  ['C05', '32', { transactionCode: '32' }],
  ['C06', '123456789           32', { accountNumber: '123456789', transactionCode: '32' }],
  ['C06', '12345678901234567   32', { accountNumber: '12345678901234567', transactionCode: '32' }],
  [
    'C07',
    '021000021123456789        32',
    { routingNumber: '021000021', accountNumber: '123456789', transactionCode: '32' },
  ],
  [
    'C07',
    '0210000211234567890123456732',
    { routingNumber: '021000021', accountNumber: '12345678901234567', transactionCode: '32' },
  ],
  ['C01', '744-5678-99', { accountNumber: '744-5678-99' }],
  ['C03', '021000021   744-5678-99', { routingNumber: '021000021', accountNumber: '744-5678-99' }],
  ['C06', '744-5678-99  37', { accountNumber: '744-5678-99', transactionCode: '37' }],
  ['C09', '123-45-6789', { individualId: '123-45-6789' }],
])('%s corrects to what %j says', (code, data, expected) => {
  expect(parseCorrection(code, data.padEnd(29))).toEqual(expected);
});

test.each([
  ['C01', ''],
  ['C01', '12 34'],
  ['C01', '-7445678'],
  ['C01', '744--5678'],
  ['C01', '12-3'],
  ['C02', '021000022'],
  ['C03', '021000021'],
  ['C03', '021000022   123456789'],
  ['C04', ''],
  ['C05', '99'],
  ['C06', '12345678932'],
  ['C07', '021000021123456789'],
  ['C08', 'DEUTDEFF'],
  ['C13', ''],
  ['C14', 'IAT'],
])('%s can do nothing with %j', (code, data) => {
  expect(parseCorrection(code, data.padEnd(29))).toBeUndefined();
});
