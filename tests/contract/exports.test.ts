import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Dead code goes, and what only its own file uses is not exported. Types are exported with what they describe. */

const ROOT = join(import.meta.dirname, '../..');
const read = (pattern: string) =>
  new Map(
    globSync(pattern, { cwd: ROOT })
      .filter((path) => !path.includes('node_modules'))
      .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
  );
const sources = read('{bin,console,functions,lib,local,shared,tools,tests}/**/*.{ts,tsx,mjs}');
const users = new Map([...sources, ...read('*.{ts,mjs}')]);

const EXPORT = /^export (?:async )?(?:abstract )?(?:const|let|function\*?|class|enum) (\w+)/gm;
const isTest = (path: string) => /^tests\/|\/tests\/|\.(test|sample)\.ts$/.test(path);

interface Exported {
  readonly path: string;
  readonly name: string;
  /** The other files that name it. */
  readonly elsewhere: readonly string[];
  readonly usesItself: boolean;
}

const exported: readonly Exported[] = [...sources].flatMap(([path, text]) =>
  // Routes and jobs are read from their modules as a whole, Lambda looks for the handler, and others for what they replace.
  /\.routes\.ts$|^shared\/generated\/|(x-ray-context|no-connection-string|node-http)\.ts$/.test(path)
    ? []
    : [...text.matchAll(EXPORT)].flatMap(([, name = '']) => {
        if (name === 'handler') return [];
        const named = new RegExp(`\\b${name}\\b`, 'g');
        const elsewhere = [...users].filter(([other, its]) => other !== path && its.search(named) !== -1);
        const usesItself = (text.match(named) ?? []).length > 1;
        return [{ path, name, elsewhere: elsewhere.map(([other]) => other), usesItself }];
      }),
);

test('what is exported is named by another file', () => {
  expect(exported.length).toBeGreaterThan(500);
  const alone = exported.filter(({ elsewhere }) => elsewhere.length === 0);
  expect(alone.map(({ path, name }) => `${path} ${name}`)).toEqual([]);
});

test('what only tests use is a test’s, but for what prepares a process for them', () => {
  const forTests = exported.filter(
    ({ path, elsewhere, usesItself }) => !isTest(path) && !usesItself && elsewhere.every(isTest),
  );
  expect(forTests.map(({ path, name }) => `${path} ${name}`).sort()).toEqual([
    'shared/platform/aws/client.ts limitCalls',
    'shared/platform/db/pool.ts closePools',
    'shared/platform/db/pool.ts standForEnvironments',
  ]);
});
