import { describe, expect, test } from 'vitest';
import { base32, newTotpSecret, otpauthUri, stepAt, stepOf, totpOf } from './totp.ts';

/** RFC 6238, appendix B, whose eight digits end in our six. */
const SECRET = base32(Buffer.from('12345678901234567890'));

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('at second %i the code is %s, as RFC 6238 has it', (second, code) => {
  expect(totpOf(SECRET, stepAt(second * 1000))).toBe(code);
  expect(stepOf(SECRET, code, second * 1000)).toBe(stepAt(second * 1000));
});

describe('a code', () => {
  const at = 1_800_000_015_000;
  test.each([
    [-45, true],
    [-15, true],
    [0, true],
    [44, true],
    [-46, false],
    [45, false],
  ])('of now, %i s later: taken %s', (seconds, taken) => {
    expect(stepOf(SECRET, totpOf(SECRET, stepAt(at)), at + seconds * 1000) !== undefined).toBe(taken);
  });

  test.each(['', '1', '1234567', '٣٣٣٣٣٣'])('%j is none', (code) => {
    expect(stepOf(SECRET, code, at)).toBeUndefined();
  });
});

test('a secret has 160 bits, in letters that an app takes, and its address names the tenant and the user', () => {
  const secret = newTotpSecret();
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(newTotpSecret()).not.toBe(secret);
  const uri = new URL(otpauthUri(secret, { tenant: 'Acme & Söhne', email: 'ada@acme.example' }));
  expect(uri.searchParams.get('secret')).toBe(secret);
  expect(uri.searchParams.get('issuer')).toBe('Vestry Acme & Söhne');
});
