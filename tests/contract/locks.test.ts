import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { LOCKS } from '#kernel/locks.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

/** These functions of the database give the key of a lock, and repeat its number. */
const TWINS: Readonly<Record<string, number>> = {
  ledger_lock_key: LOCKS.positions,
  retention_lock_key: LOCKS.purge,
};

/** Returns each line that takes or releases an advisory lock, or makes the key of one, as `path: line`. */
function linesWithLocks(pattern: string): string[] {
  return globSync(pattern, { cwd: REPOSITORY }).flatMap((path) =>
    read(path)
      .split('\n')
      .filter((line) => /pg_\w*advisory_\w+\(|hashtextextended\(/.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
}

test('no two locks share a number', () => {
  const numbers = Object.values(LOCKS);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('the functions of the database have the numbers of the registry', () => {
  const seeds = globSync('migrations/functions/*_lock_key.sql', { cwd: REPOSITORY }).map((path) => {
    const [, seed] = /return hashtextextended\(tenant::text, (\d+)\);/.exec(read(path)) ?? [];
    return [basename(path, '.sql'), Number(seed)];
  });
  expect(Object.fromEntries(seeds)).toEqual(TWINS);
});

test('no other function of the database makes a key of its own', () => {
  const lines = linesWithLocks('migrations/**/*.sql').filter((line) => !/_lock_key(\.sql|\()/.test(line));
  expect(lines).toEqual([]);
});

test('code takes every number from the registry', () => {
  const lines = linesWithLocks('{shared,functions,lib,local}/**/*.ts').filter(
    (line) =>
      !line.includes('pg_advisory_unlock_all()') &&
      !/^(shared\/kernel\/locks|local\/aws\/.*\.test)\.ts:/.test(line),
  );
  expect(lines.length).toBeGreaterThan(4);
  expect(lines.filter((line) => /\d{4}|\d_\d{3}/.test(line))).toEqual([]);
  const files = new Set(
    lines.filter((line) => !line.includes('_lock_key(')).map((line) => line.split(':')[0]),
  );
  expect([...files].filter((path = '') => !read(path).includes("from '#kernel/locks.ts'"))).toEqual([]);
});
