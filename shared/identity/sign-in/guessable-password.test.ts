import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whyGuessable } from './guessable-password.ts';

const OWN = { email: 'ada.lovelace@analytical.example', tenant: ['acme', 'Acme Engines Ltd'] };

describe('a password that is tried first', () => {
  test.each([
    'password1234',
    'Password1234!',
    'P@ssw0rd2026!',
    'passwordpassword',
    'qwertyuiop123',
    'QwertyQwerty1!',
    '123456789012',
    '111111111111',
    'aaaaaaaaaaaaaaaa',
    'abcdefghijkl',
    '987654321098',
    'letmeinletmein',
    'Welcome12345!',
    'welcome-2026-!!',
    'iloveyouiloveyou',
    'ChangeMe12345',
    'adminadmin123',
    'Summer2026!!!',
    'asdfghjkl;123',
    '1q2w3e4r5t6y',
    '1qaz2wsx3edc',
    'zaq12wsxcde3',
    'test-password-123',
    'abcabcabcabc',
    'monkey dragon 99',
    'P@ssw0rd1234',
    'thisismypassword',
    'passwordABC123',
    'q1w2e3r4t5y6',
    '123qweasdzxc',
    'abc123abc123',
    'correcthorsebatterystaple',
    'manchesterunited',
    'motdepasse12',
    'leavemealone',
    '4bcd3fgh1jklm',
    'SuperNatural!!',
    'needforspeed1',
    'ghjcnjgfhjkm',
    '1qa2ws3ed4rf',
  ])('%s', (password) => {
    expect(whyGuessable(password, OWN)).toBe('common');
  });
});

describe('a password of one’s own words', () => {
  test.each([
    'my lovelace machine',
    'LOVEL4CE-wrote-code',
    'ada.lovelace-2026',
    'Analytical-thoughts',
    'we all love ACME so',
    'engines of the north',
  ])('%s', (password) => {
    expect(whyGuessable(password, OWN)).toBe('own');
  });
});

describe('taken', () => {
  test.each([
    'correct horse battery staple',
    'correct horse battery',
    'another long password',
    'tr0ub4dor&3-extended',
    'the horses refuse at 7',
    'a boat of seven otters',
    'übermütige Weißwürste',
    '会議室の青い椅子を数える夜',
    'kT9#vQz2!mXw',
  ])('%s', (password) => {
    expect(whyGuessable(password, OWN)).toBeUndefined();
  });

  test('whatever is random', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'bcdfghjkmnpqrtvwxyzBCDFGHJKMNPQRTVWXYZ2456789'),
      minLength: 24,
      maxLength: 24,
    });
    fc.assert(fc.property(text, (password) => whyGuessable(password, OWN) === undefined));
  });
});

test('the longest password is judged in milliseconds', () => {
  const startedMs = performance.now();
  for (const unit of ['a', 'ab', 'qwer', 'password', '1', 'é'])
    whyGuessable(unit.repeat(128).slice(0, 128), OWN);
  expect(performance.now() - startedMs).toBeLessThan(500);
});
