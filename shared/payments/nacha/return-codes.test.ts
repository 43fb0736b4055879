import { expect, test } from 'vitest';
import { isReturnReasonCode, type ReturnConsequence, returnReason } from './return-codes.ts';

/** R01 to R85. */
const CODES = Array.from({ length: 85 }, (_, at) => `R${String(at + 1).padStart(2, '0')}`);

test.each<[ReturnConsequence, string]>([
  ['block-account', 'R02 R03 R04 R12 R13 R14 R15 R16 R17 R20 R28 R34 R82'],
  ['revoke', 'R05 R07 R10 R29'],
])('%s follows %s', (consequence, codes) => {
  const found = CODES.filter((code) => returnReason(code).consequence === consequence);
  expect(found.join(' ')).toBe(codes);
});

test('every code from R01 to R85 has a consequence', () => {
  expect(CODES.every(isReturnReasonCode)).toBe(true);
  const reserved = CODES.filter((code) => returnReason(code).meaning.startsWith('Reserved'));
  expect(reserved.join(' ')).toBe('R48 R49 R54 R55 R56 R57 R58 R59 R60 R63 R64 R65 R66 R78 R79');
  expect(returnReason('R48')).toEqual({
    code: 'R48',
    meaning: 'Reserved return reason code',
    consequence: 'dispute',
  });
});

test.each(['R00', 'R86', 'R1', 'r01', 'C01', '', 'R010', 'toString'])(
  '%j is no return reason code',
  (code) => {
    expect(isReturnReasonCode(code)).toBe(false);
    expect(() => returnReason(code)).toThrow(RangeError);
  },
);
