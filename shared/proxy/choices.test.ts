import { expect, test } from 'vitest';
import { type Item, readChoices } from './choices.ts';

const items: Item[] = [
  { id: '1', kind: 'STANDARD' },
  { id: '2a', kind: 'DIRECTOR' },
  { id: '3', kind: 'STANDARD' },
];

test('choices are read in the order of the agenda; items may be left out', () => {
  expect(readChoices(items, { 3: 'ABSTAIN', '2a': 'WITHHOLD' })).toEqual([
    { item: items[1], choice: 'WITHHOLD' },
    { item: items[2], choice: 'ABSTAIN' },
  ]);
});

test.each([
  [{ 4: 'FOR' }, '/choices/4', 'unknown-item'],
  [{ 'a/b~c': 'FOR' }, '/choices/a~1b~0c', 'unknown-item'],
  [{ 1: 'WITHHOLD' }, '/choices/1', 'unknown-choice'],
  [{ '2a': 'AGAINST' }, '/choices/2a', 'unknown-choice'],
  [{ 1: 'for' }, '/choices/1', 'unknown-choice'],
  [{ 1: null }, '/choices/1', 'unknown-choice'],
  [{ 1: ['FOR'] }, '/choices/1', 'unknown-choice'],
  [{ constructor: 'FOR' }, '/choices/constructor', 'unknown-item'],
])('%j', (choices, pointer, code) => {
  expect(() => readChoices(items, choices)).toThrow(
    expect.objectContaining({
      slug: 'validation-failed',
      errors: [expect.objectContaining({ pointer, code })],
    }),
  );
});
