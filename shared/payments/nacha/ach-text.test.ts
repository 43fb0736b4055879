import fc from 'fast-check';
import { expect, test } from 'vitest';
import { achText, isNameable } from './ach-text.ts';

test.each([
  ["  Seán   O'Neill-Núñez ", "SEAN O'NEILL-NUNEZ"],
  ['Straße', 'STRASSE'],
  ['Ærø Łódź Þór Đặng', 'AERO LODZ THOR DANG'],
  ['İstanbul ışık', 'ISTANBUL ISIK'],
  ['Юрий Щёкин', 'IURII SHCHEKIN'],
  ['Ђорђе Љубић', 'DORDE LJUBIC'],
  ['Ελένη Παπαδοπούλου', 'ELENI PAPADOPOYLOY'],
  ['Smith & Sons, Inc. (#2)', 'SMITH & SONS, INC. (#2)'],
  ['O’Brien – “Bob”', "O'BRIEN - BOB"],
  ['ｆｕｌｌ ﬁt', 'FULL FIT'],
  ['李 Wei', 'WEI'],
  ['李小龍', ''],
  ['محمد', ''],
  ['a\tb\nc\u00a0d', 'A B C D'],
  ['a\u0000b\u202ec', 'ABC'],
  ['50%*\\~!?"<>=@;', '50/'],
])('%j is written %j', (text, expected) => {
  expect(achText(text, 80)).toBe(expected);
});

test('a cut leaves no space at the end', () => {
  expect(achText('ABC DEF', 4)).toBe('ABC');
  expect(achText('ßßß', 5)).toBe('SSSSS');
});

test.each([
  ['A', true],
  ['7', true],
  ['', false],
  ["-.' ", false],
])('%j names somebody: %s', (text, expected) => {
  expect(isNameable(text)).toBe(expected);
});

// Lone surrogates included.
const anyText = fc
  .array(fc.nat(0x10_ff_ff), { maxLength: 60 })
  .map((codes) => String.fromCodePoint(...codes));

test('any text becomes allowed characters, and is then left alone', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 80 }), (text, max) => {
      const written = achText(text, max);
      expect(written).toMatch(/^(?:[A-Z0-9.,'&/()#:+-](?:[A-Z0-9 .,'&/()#:+-]*[A-Z0-9.,'&/()#:+-])?)?$/);
      expect(written.length).toBeLessThanOrEqual(max);
      expect(achText(written, max)).toBe(written);
    }),
  );
});
