import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MASKED_FIELDS } from '#contracts/masked-fields.ts';
import { CATEGORIES } from '#retention/categories.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/data.md'), 'utf8');

/** The names in backticks of a chapter's tables, whose second cell names what belongs to its row. */
function namesUnder(chapter: string): string[] {
  const text = DOCUMENT.split('\n## ').find((part) => part.startsWith(chapter)) ?? '';
  const cells = text.split('\n').map((line) => line.split('|')[2] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

test('every field that logs mask has one level', () => {
  expect(namesUnder('Levels').toSorted()).toEqual([...MASKED_FIELDS].toSorted());
});

test('every kind of records that is purged has one period', () => {
  expect(namesUnder('Periods').toSorted()).toEqual(CATEGORIES.map(({ name }) => name).toSorted());
});
