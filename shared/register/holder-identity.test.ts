import { describe, expect, test } from 'vitest';
import { addressText, isSomebodyElse, nameOf, settleAddress, settleIdentity } from './holder-identity.ts';

const ADA = { name: 'Ada Okafor', kind: 'PERSON', given_name: 'Ada', family_name: 'Okafor' } as const;
const TEXT = { name: 'Ada Okafor', kind: null, given_name: null, family_name: null } as const;
const NO_PARTS = { given_name: null, family_name: null };

describe('a change of names', () => {
  test.each([
    ['parts of somebody new make the name', undefined, { given_name: 'Ada', family_name: 'Okafor' }, ADA],
    [
      'one part is a name',
      undefined,
      { family_name: 'Sukarno' },
      { name: 'Sukarno', kind: 'PERSON', given_name: null, family_name: 'Sukarno' },
    ],
    [
      'a name beside its parts is shown',
      undefined,
      { ...ADA, name: 'Okafor Ada' },
      { ...ADA, name: 'Okafor Ada' },
    ],
    ['a text alone has no parts', undefined, { name: 'Acme' }, { name: 'Acme', ...NO_PARTS }],
    [
      'a part that changes makes the name anew',
      ADA,
      { family_name: 'Lind' },
      { ...ADA, family_name: 'Lind', name: 'Ada Lind' },
    ],
    [
      'a part that is cleared leaves the other',
      ADA,
      { given_name: null },
      { ...ADA, given_name: null, name: 'Okafor' },
    ],
    ['both cleared leave the name', ADA, NO_PARTS, NO_PARTS],
    [
      'a text that changes alone has no parts any more',
      ADA,
      { name: 'Ada Lind' },
      { name: 'Ada Lind', ...NO_PARTS },
    ],
    ['a text that stays keeps its parts', ADA, { name: 'Ada Okafor' }, { name: 'Ada Okafor' }],
    [
      'an organisation has no parts',
      ADA,
      { kind: 'ORGANISATION', name: 'Okafor Ltd' },
      { kind: 'ORGANISATION', name: 'Okafor Ltd', ...NO_PARTS },
    ],
    ['nothing is changed by nothing', ADA, {}, {}],
  ] as const)('%s', (_, current, change, settled) => {
    expect(settleIdentity(current, change)).toEqual(settled);
  });

  test('an organisation with a given name is refused', () => {
    const refused = () => settleIdentity(undefined, { kind: 'ORGANISATION', given_name: 'Ada' });
    expect(refused).toThrow(/PERSON/);
  });

  test.each([
    ['another name', TEXT, { name: 'Bo' }, true],
    ['the parts of the name that stays', TEXT, ADA, false],
    [
      'other parts of the same name',
      { ...ADA, name: 'A B C' },
      { ...ADA, name: 'A B C', given_name: 'A' },
      true,
    ],
    ['no parts any more', ADA, NO_PARTS, false],
  ] as const)('%s makes somebody else, or does not', (_, current, changed, somebodyElse) => {
    expect(isSomebodyElse(current, changed)).toBe(somebodyElse);
  });
});

describe('a change of addresses', () => {
  const postal = {
    lines: ['1 Main St', 'Floor 2'],
    city: 'Springfield',
    region: 'IL',
    postal_code: '62701',
    country: 'US',
  };
  const text = '1 Main St, Floor 2, Springfield IL 62701, US';
  const known = { address: text, postal_address: postal };

  test.each([
    ['parts make the text', undefined, { postal_address: postal }, known],
    [
      'a text beside its parts is shown',
      undefined,
      { postal_address: postal, address: 'c/o' },
      { postal_address: postal, address: 'c/o' },
    ],
    [
      'parts that are cleared take the text with them',
      known,
      { postal_address: null },
      { postal_address: null, address: null },
    ],
    [
      'a text without parts stays',
      { address: 'x', postal_address: null },
      { postal_address: null },
      { postal_address: null },
    ],
    [
      'a text that changes alone has no parts any more',
      known,
      { address: 'x' },
      { address: 'x', postal_address: null },
    ],
    ['a text that stays keeps its parts', known, { address: text }, { address: text }],
    ['nothing is changed by nothing', known, {}, {}],
  ])('%s', (_, current, change, settled) => {
    expect(settleAddress(current, change)).toEqual(settled);
  });

  test('the text leaves out what is not known', () => {
    expect(addressText({ ...postal, lines: ['1'], city: null, region: null, postal_code: null })).toBe(
      '1, US',
    );
    expect(nameOf(NO_PARTS)).toBeUndefined();
  });
});
