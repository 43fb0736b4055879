import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sealerOf } from './sealing.ts';

const sealer = sealerOf('a secret of the test');

test('what was sealed opens in its place, and reads differently every time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, place) => {
      const sealed = sealer.seal(text, place);
      expect(sealer.open(sealed, place)).toBe(text);
      expect(sealer.seal(text, place)).not.toBe(sealed);
    }),
  );
});

test('nothing opens in another place, by another key, or changed', () => {
  const sealed = sealer.seal('000123456789', 'bank_accounts/a/1');
  expect(() => sealer.open(sealed, 'bank_accounts/a/2')).toThrow();
  expect(() => sealerOf('another').open(sealed, 'bank_accounts/a/1')).toThrow();
  for (const at of [0, 1, 5, 25, sealed.length - 1]) {
    const other = sealed[at] === 'A' ? 'B' : 'A';
    expect(() =>
      sealer.open(sealed.slice(0, at) + other + sealed.slice(at + 1), 'bank_accounts/a/1'),
    ).toThrow();
  }
  expect(() => sealer.open('', 'bank_accounts/a/1')).toThrow();
});

test('nor with another last character that decodes to the same bytes', () => {
  const sealed = sealer.seal('000123456789', 'bank_accounts/a/1');
  const same = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
    .map((last) => sealed.slice(0, -1) + last)
    .filter((other) => Buffer.from(other, 'base64url').equals(Buffer.from(sealed, 'base64url')));
  expect(same).toContain(sealed);
  for (const other of same.filter((text) => text !== sealed))
    expect(() => sealer.open(other, 'bank_accounts/a/1')).toThrow('not sealed by us');
});

describe('a signature', () => {
  const one = sealerOf(JSON.stringify({ keys: [{ id: 'a', secret: 'first', sealsFromMs: 0 }] }));
  const both = sealerOf(
    JSON.stringify({
      keys: [
        { id: 'a', secret: 'first', sealsFromMs: 0 },
        { id: 'b', secret: 'second', sealsFromMs: 0 },
      ],
    }),
  );

  test('is of a text and a place, the same every time, and good after a rotation', () => {
    const signature = one.sign('text', 'place');
    expect(one.sign('text', 'place')).toBe(signature);
    expect(both.isSigned(signature, 'text', 'place')).toBe(true);
    expect(both.sign('text', 'place')).toMatch(/^b\./);
    expect(one.isSigned(both.sign('text', 'place'), 'text', 'place')).toBe(false);
  });

  test.each(['', '.', 'a.', 'b.', 'a'])('%j is none', (signature) => {
    expect(one.isSigned(signature, 'text', 'place')).toBe(false);
  });

  test('of another text or place is none', () => {
    const signature = one.sign('text', 'place');
    for (const [text, place] of [
      ['text2', 'place'],
      ['text', 'place2'],
      ['', ''],
    ] as const)
      expect(one.isSigned(signature, text, place)).toBe(false);
    expect(one.isSigned(`${signature}A`, 'text', 'place')).toBe(false);
  });
});
