import { expect, test } from 'vitest';
import { identifierFault } from './identifier.ts';

test.each([
  'ZW-1',
  'Größe-7',
  'José', // Decomposed here, composed where it is stored.
  '株主-42',
  'Αθήνα',
  'a b',
  '😀',
])('%s is an identifier', (text) => {
  expect(identifierFault(text)).toBeUndefined();
});

test.each([
  ['zero-width space', 'ZW-\u200b1'],
  ['zero-width joiner', 'ZW\u200d-1'],
  ['byte order mark', '\ufeffZW-1'],
  ['soft hyphen', 'ZW\u00ad-1'],
  ['word joiner', 'ZW\u2060-1'],
  ['Hangul filler', 'ZW\u3164-1'],
  ['variation selector', 'ZW-1\ufe0f'],
  ['tag', 'ZW-1\u{e0041}'],
  ['no-break space', 'ZW\u00a01'],
  ['em space', 'ZW\u20031'],
  ['line separator', 'ZW\u20281'],
  ['blank of Braille', 'ZW\u2800-1'],
])('a %s is seen by nobody', (_, text) => {
  expect(identifierFault(text)?.code).toBe('invisible-character');
});

test.each([
  ['full-width digits', 'ZW-１', 'ZW-1'],
  ['full-width letters', 'ＺＷ-1', 'ZW-1'],
  ['a ligature', 'oﬃce', 'office'],
  ['a circled digit', 'A①', 'A1'],
  ['a mathematical letter', '𝐀1', 'A1'],
  ['the Kelvin sign in Roman numerals', 'Ⅳ', 'IV'],
])('%s are to be written plainly', (_, text, plain) => {
  expect(identifierFault(text)).toMatchObject({
    code: 'compatibility-character',
    message: expect.stringContaining(`write ${plain}`),
  });
});
