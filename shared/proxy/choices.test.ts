import { expect, test } from 'vitest';
import { type Item, readChoices, requireWithin } from './choices.ts';

const items: Item[] = [
  { id: '1', kind: 'STANDARD' },
  { id: '2a', kind: 'DIRECTOR' },
  { id: '3', kind: 'STANDARD' },
];

test('choices are read in the order of the agenda; items may be left out', () => {
  expect(readChoices(items, { 3: 'ABSTAIN', '2a': 'WITHHOLD' })).toEqual([
    { item: items[1], choice: 'WITHHOLD', shares: null },
    { item: items[2], choice: 'ABSTAIN', shares: null },
  ]);
});

test('an item is split into votes for each choice, exactly, up to the weight', () => {
  const split = readChoices(items, { 1: { ABSTAIN: '0.10', FOR: '60.0000000000000001' }, '2a': 'FOR' });
  expect(split).toEqual([
    { item: items[0], choice: 'FOR', shares: '60.0000000000000001' },
    { item: items[0], choice: 'ABSTAIN', shares: '0.1' },
    { item: items[1], choice: 'FOR', shares: null },
  ]);
  expect(() => requireWithin('60.1000000000000001', split)).not.toThrow();
  expect(() => requireWithin('60.1', split)).toThrow(
    expect.objectContaining({
      errors: [expect.objectContaining({ pointer: '/choices/1', code: 'above-weight' })],
    }),
  );
});

test.each<[Record<string, unknown>, string, string]>([
  [{ 4: 'FOR' }, '/choices/4', 'unknown-item'],
  [{ 'a/b~c': 'FOR' }, '/choices/a~1b~0c', 'unknown-item'],
  [{ 1: 'WITHHOLD' }, '/choices/1', 'unknown-choice'],
  [{ '2a': 'AGAINST' }, '/choices/2a', 'unknown-choice'],
  [{ 1: 'for' }, '/choices/1', 'unknown-choice'],
  [{ 1: null }, '/choices/1', 'unknown-choice'],
  [{ 1: ['FOR'] }, '/choices/1', 'unknown-choice'],
  [{ constructor: 'FOR' }, '/choices/constructor', 'unknown-item'],
  [{ 1: {} }, '/choices/1', 'empty-split'],
  [{ 1: { WITHHOLD: '1' } }, '/choices/1/WITHHOLD', 'unknown-choice'],
  [{ '2a': { FOR: '1', AGAINST: '1' } }, '/choices/2a/AGAINST', 'unknown-choice'],
  [{ 1: { 'a/b': '1' } }, '/choices/1/a~1b', 'unknown-choice'],
  ...[
    '0',
    '-1',
    '0.00',
    '',
    '1e3',
    '1,5',
    ' 1',
    '1.',
    '.5',
    'NaN',
    `1.${'0'.repeat(16)}1`,
    '9'.repeat(41),
    null,
    true,
    {},
    ['1'],
    5,
  ].map(
    (votes) =>
      [{ 1: { FOR: votes } }, '/choices/1/FOR', 'invalid-votes'] as [Record<string, unknown>, string, string],
  ),
])('%j', (choices, pointer, code) => {
  expect(() => readChoices(items, choices)).toThrow(
    expect.objectContaining({
      slug: 'validation-failed',
      errors: [expect.objectContaining({ pointer, code })],
    }),
  );
});
