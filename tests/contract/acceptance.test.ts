import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');

const rows = readFileSync(join(REPOSITORY, 'docs/acceptance.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| **'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .map(([criterion = '', where = '', proof = '']) => ({ criterion, where, proof }));

test('there are criteria', () => {
  expect(rows.length).toBeGreaterThan(25);
});

test.each(rows)('$criterion', ({ where, proof }) => {
  if (where === 'open') return expect(proof).toBe('');
  for (const [, path = ''] of where.matchAll(/`([^`]+)`/g))
    expect(existsSync(join(REPOSITORY, path)), path).toBe(true);
  const [, file = '', title = ''] = /^`([^`]+)` (.+)$/.exec(proof) ?? [];
  expect(title, 'names a test').not.toBe('');
  expect(readFileSync(join(REPOSITORY, file), 'utf8')).toContain(title);
});
