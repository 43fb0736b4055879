import { expect, test } from 'vitest';
import { changeOf, EMPTY_HOLDER, writtenOf } from './written-holder.ts';

const ADA = writtenOf({
  ...{ name: 'Ada Okafor', kind: 'PERSON', given_name: 'Ada', family_name: 'Okafor' },
  contact: {
    ...{ email: 'ada@acme.example', phone: null, address: '1 Main Street, Springfield IL, US' },
    postal_address: {
      lines: ['1 Main Street'],
      ...{ city: 'Springfield', region: 'IL', postal_code: null, country: 'US' },
    },
  },
});

test.each([
  ['nothing', ADA, {}, {}],
  ['spaces', ADA, { name: ' Ada Okafor ' }, {}],
  ['a part of the name', ADA, { family_name: 'Lindgren' }, { family_name: 'Lindgren' }],
  ['a part of the name that is no more', ADA, { given_name: ' ' }, { given_name: null }],
  [
    'an organisation, which has no parts',
    ADA,
    { kind: 'ORGANISATION', name: 'Ada & Co' },
    { kind: 'ORGANISATION', name: 'Ada & Co' },
  ],
  ['a name that is left to its parts', ADA, { name: '', given_name: 'Eva' }, { given_name: 'Eva' }],
  ['an email that goes', ADA, { email: '' }, { contact: { email: null } }],
  [
    'a part of the address, with the others',
    ADA,
    { lines: '1 Main Street\n Flat 2 \n', postal_code: '62701', country: 'us' },
    {
      contact: {
        postal_address: {
          lines: ['1 Main Street', 'Flat 2'],
          ...{ city: 'Springfield', region: 'IL', postal_code: '62701', country: 'US' },
        },
      },
    },
  ],
  [
    'an address without parts',
    ADA,
    { lines: '', city: '', region: '', country: '' },
    { contact: { postal_address: null } },
  ],
  [
    'a new person',
    EMPTY_HOLDER,
    { kind: 'PERSON', given_name: 'Bo', family_name: 'Ek', phone: '1' },
    { kind: 'PERSON', given_name: 'Bo', family_name: 'Ek', contact: { phone: '1' } },
  ],
] as const)('a form with %s sends just that', (_, seen, written, body) => {
  expect(changeOf(seen, { ...seen, ...written })).toEqual(body);
});
