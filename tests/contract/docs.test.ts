import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { partOf } from '#lib/stacks/routes-stack.ts';
import { routes } from '../../shared/routes.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...globSync('docs/**/*.md', { cwd: REPOSITORY }),
];

/** The top directories whose files documents name. */
const ROOTS = /^(bin|config|docs|events|functions|lib|local|migrations|shared|state-machines|tests|tools)\//;

/** Paths in backticks. A placeholder in angle brackets, and everything after it, is left out. */
function pathsNamedIn(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/`([^`\s]+)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => ROOTS.test(path))
    .flatMap(alternatives)
    .map((path) => (/[<…]/.test(path) ? dirname(path.slice(0, path.search(/[<…]/)).concat('x')) : path));
}

/** The paths that `a/{b,c}/d` stands for. */
function alternatives(path: string): string[] {
  const [whole = '', list = ''] = /\{([^}]+)\}/.exec(path) ?? [];
  return whole === '' ? [path] : list.split(',').flatMap((one) => alternatives(path.replace(whole, one)));
}

const exists = (path: string) =>
  path.includes('*')
    ? globSync(path, { cwd: REPOSITORY }).length > 0
    : existsSync(join(REPOSITORY, path)) || existsSync(join(REPOSITORY, `${path}.md`));

describe.each(documents)('%s', (document) => {
  test('names only files that exist', () => {
    expect(pathsNamedIn(read(document)).filter((path) => !exists(path))).toEqual([]);
  });

  test('links only to files that exist', () => {
    const links = [...read(document).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(REPOSITORY, dirname(document), link)))).toEqual([]);
  });
});

test('every decision has a number of its own, which its title repeats', () => {
  const files = readdirSync(join(REPOSITORY, 'docs/adr'));
  const numbers = files.map((file) => Number(file.slice(0, 4)));
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const [index, file] of files.entries())
    expect(read(`docs/adr/${file}`)).toMatch(new RegExp(`^# ${numbers[index]}\\. `));
});

test('code refers only to documents that exist', () => {
  const sources = globSync('{bin,functions,lib,local,shared,tests,tools}/**/*.ts', {
    cwd: REPOSITORY,
  }).filter((path) => !path.includes('node_modules'));
  const adrs = readdirSync(join(REPOSITORY, 'docs/adr'));
  const missing = sources.flatMap((source) =>
    [...read(source).matchAll(/\bdocs\/(?:adr\/(\d{4})|[\w/-]+\.(?:md|json))/g)]
      .filter(([path, number]) =>
        number === undefined
          ? !existsSync(join(REPOSITORY, path))
          : !adrs.some((name) => name.startsWith(number)),
      )
      .map(([path]) => `${source}: ${path}`),
  );
  expect(missing).toEqual([]);
});

test('the guide to deployments lists every stack', () => {
  const listed = [...read('docs/deploying.md').matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  const declared = globSync('lib/stacks/*.ts', { cwd: REPOSITORY })
    .flatMap((file) => [...read(file).matchAll(/super\(scope, '([a-z-]+)'/g)])
    .map(([, name]) => name);
  const parts = [...new Set(routes.map(partOf))].map((part) => `routes-${part}`);
  expect(listed.toSorted()).toEqual([...declared, ...parts].toSorted());
});
