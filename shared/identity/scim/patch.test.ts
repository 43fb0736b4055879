import { describe, expect, test } from 'vitest';
import { DomainError } from '#kernel/domain-error.ts';
import { ENTERPRISE_USER, GROUP_ATTRIBUTES, type Resource, USER_ATTRIBUTES } from './attributes.ts';
import { patched } from './patch.ts';

const ADA: Resource = {
  userName: 'ada@acme.example',
  active: true,
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ value: 'ada@acme.example', type: 'work', primary: true }],
  [ENTERPRISE_USER]: { department: 'Register', manager: { value: 'M-1' } },
};

const patch = (operations: unknown[], of: Resource = ADA) =>
  patched(USER_ATTRIBUTES, of, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: operations,
  });

/** Requests as Okta, Entra ID and Microsoft's validator send them, and the attribute of the outcome that they are about. */
const ACCEPTED: readonly (readonly [string, unknown[], object])[] = [
  [
    'a word for a boolean, in capitals',
    [{ op: 'Replace', path: 'active', value: 'False' }],
    { active: false },
  ],
  ['a value without a path', [{ op: 'replace', value: { active: false } }], { active: false }],
  ['capitals of the message', [{ OP: 'Add', Path: 'TITLE', Value: 'Countess' }], { title: 'Countess' }],
  [
    'dotted keys inside a value',
    [{ op: 'Add', value: { 'name.givenName': 'Augusta', displayName: 'Augusta' } }],
    { name: { givenName: 'Augusta', familyName: 'Lovelace' }, displayName: 'Augusta' },
  ],
  [
    'a part of a complex attribute, which leaves the others',
    [{ op: 'replace', value: { name: { familyName: 'King' } } }],
    { name: { givenName: 'Ada', familyName: 'King' } },
  ],
  [
    'the URN of an extension as a path',
    [{ op: 'Replace', path: `${ENTERPRISE_USER}:department`, value: 'Ledger' }],
    { [ENTERPRISE_USER]: { department: 'Ledger', manager: { value: 'M-1' } } },
  ],
  [
    'the URN of an extension as a key',
    [{ op: 'Add', value: { [`${ENTERPRISE_USER}:employeeNumber`]: 'E-7' } }],
    { [ENTERPRISE_USER]: { department: 'Register', manager: { value: 'M-1' }, employeeNumber: 'E-7' } },
  ],
  [
    'the URN of the schema itself',
    [{ op: 'Replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:title', value: 'Countess' }],
    { title: 'Countess' },
  ],
  [
    'a manager as an id',
    [{ op: 'Add', path: `${ENTERPRISE_USER}:manager`, value: 'M-2' }],
    { [ENTERPRISE_USER]: { department: 'Register', manager: { value: 'M-2' } } },
  ],
  [
    'the name of the manager, whose id stays',
    [{ op: 'Add', path: `${ENTERPRISE_USER}:manager.displayName`, value: 'Charles' }],
    { [ENTERPRISE_USER]: { department: 'Register', manager: { value: 'M-1', displayName: 'Charles' } } },
  ],
  [
    'the id of a manager as a part',
    [{ op: 'Replace', path: `${ENTERPRISE_USER}:manager.value`, value: 'M-3' }],
    { [ENTERPRISE_USER]: { department: 'Register', manager: { value: 'M-3' } } },
  ],
  [
    'no manager any more',
    [{ op: 'Remove', path: `${ENTERPRISE_USER}:manager` }],
    { [ENTERPRISE_USER]: { department: 'Register' } },
  ],
  [
    'an empty manager',
    [{ op: 'Replace', path: `${ENTERPRISE_USER}:manager`, value: { value: '' } }],
    { [ENTERPRISE_USER]: { department: 'Register' } },
  ],
  [
    'the value of an entry by its type',
    [{ op: 'Replace', path: 'emails[type eq "work"].value', value: 'new@acme.example' }],
    { emails: [{ value: 'new@acme.example', type: 'work', primary: true }] },
  ],
  [
    'an entry that is not there',
    [{ op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555 0100' }],
    { phoneNumbers: [{ type: 'mobile', value: '+1 555 0100' }] },
  ],
  [
    'an entry that is not there, described by two equalities',
    [{ op: 'Add', path: 'addresses[type eq "work" and primary eq true].locality', value: 'London' }],
    { addresses: [{ type: 'work', primary: true, locality: 'London' }] },
  ],
  [
    'one more entry',
    [{ op: 'add', path: 'emails', value: [{ value: 'ada@home.example', type: 'home' }] }],
    {
      emails: [
        { value: 'ada@acme.example', type: 'work', primary: true },
        { value: 'ada@home.example', type: 'home' },
      ],
    },
  ],
  ['an entry twice', [{ op: 'add', path: 'emails', value: ADA.emails }], { emails: ADA.emails }],
  ['an entry less', [{ op: 'remove', path: 'emails[type eq "work"]' }], { emails: undefined }],
  [
    'null, which is nothing',
    [{ op: 'replace', path: 'name.givenName', value: null }],
    { name: { familyName: 'Lovelace' } },
  ],
  [
    'attributes that we do not keep',
    [{ op: 'replace', value: { password: 'x', groups: [], nonsense: 1 } }],
    { active: true },
  ],
];

describe('a user is changed by', () => {
  test.each(ACCEPTED)('%s', (_, operations, expected) => {
    const outcome = patch(operations);
    for (const [name, value] of Object.entries(expected)) expect(outcome[name]).toEqual(value);
    expect(ADA.name).toEqual({ givenName: 'Ada', familyName: 'Lovelace' });
  });
});

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['no operation', [], 'invalidSyntax'],
  ['too many', Array.from({ length: 101 }, () => ({ op: 'replace', path: 'title', value: 'x' })), 'tooMany'],
  ['another operation', [{ op: 'move', path: 'title', value: 'x' }], 'invalidSyntax'],
  ['a path to nothing', [{ op: 'replace', path: 'shoeSize', value: '7' }], 'invalidPath'],
  ['a path to a prototype', [{ op: 'replace', path: '__proto__.polluted', value: 'x' }], 'invalidPath'],
  ['a path to a constructor', [{ op: 'replace', path: 'constructor', value: 'x' }], 'invalidPath'],
  ['a filter on one value', [{ op: 'replace', path: 'title[type eq "work"]', value: 'x' }], 'invalidPath'],
  ['a broken filter', [{ op: 'replace', path: 'emails[type eq].value', value: 'x' }], 'invalidPath'],
  [
    'a filter with line breaks',
    [{ op: 'remove', path: `emails[value eq "${'\n'.repeat(900)}]` }],
    'invalidPath',
  ],
  ['a long filter', [{ op: 'remove', path: `emails[value eq "${'x'.repeat(2_000)}"]` }], 'invalidPath'],
  ['a removal of everything', [{ op: 'remove' }], 'noTarget'],
  ['another type', [{ op: 'replace', path: 'active', value: 'perhaps' }], 'invalidValue'],
  ['an object for a text', [{ op: 'replace', path: 'title', value: { a: 1 } }], 'invalidValue'],
  ['a long text', [{ op: 'replace', path: 'title', value: 'x'.repeat(255) }], 'invalidValue'],
  ['a value of another kind', [{ op: 'replace', value: 'x' }], 'invalidValue'],
];

test.each(REFUSED)('%s is refused', (_, operations, code) => {
  const started = performance.now();
  let refused: unknown;
  try {
    patch(operations as unknown[]);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(DomainError);
  expect((refused as DomainError).errors?.[0]?.code).toBe(code);
  expect(performance.now() - started).toBeLessThan(500);
  expect({}).not.toHaveProperty('polluted');
});

describe('the members of a group are changed by', () => {
  const group = { displayName: 'vestry-ops', members: [{ value: 'A' }, { value: 'B' }] };
  const members = (...operations: unknown[]) =>
    ((patched(GROUP_ATTRIBUTES, group, { Operations: operations }).members ?? []) as Resource[]).map(
      ({ value }) => value,
    );

  test.each([
    ['an addition', { op: 'Add', path: 'members', value: [{ value: 'C' }] }, ['A', 'B', 'C']],
    ['an addition of who is there', { op: 'add', path: 'members', value: [{ value: 'A' }] }, ['A', 'B']],
    ['a removal by a filter', { op: 'remove', path: 'members[value eq "A"]' }, ['B']],
    ['a removal by a list', { op: 'Remove', path: 'members', value: [{ value: 'A' }] }, ['B']],
    ['a removal of all', { op: 'remove', path: 'members' }, []],
    ['a replacement', { op: 'replace', path: 'members', value: [{ value: 'C' }] }, ['C']],
    ['a replacement without a path', { op: 'replace', value: { members: [{ value: 'C' }] } }, ['C']],
  ])('%s', (_, operation, expected) => {
    expect(members(operation)).toEqual(expected);
  });
});
