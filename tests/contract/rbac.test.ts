import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listHistory, TOLD_OF } from '#audit/history/history.routes.ts';
import { publicPath } from '#contracts/api-paths.ts';
import { routes } from '../../shared/routes.ts';
import { rbacDocument } from '../../tools/rbac-table.ts';

const FILE = join(import.meta.dirname, '../../docs/rbac.md');
const document = rbacDocument(routes);
const lines = document.split('\n');
const roleNames = ['ADMIN', 'EMPLOYEE', 'COMPLIANCE', 'OPS', 'DIRECTORY', 'OPERATOR'];

test('docs/rbac.md is what `npm run rbac` has written', () => {
  expect(readFileSync(FILE, 'utf8')).toBe(document);
});

test('every route stands in it once', () => {
  const listed = lines.filter((line) => /^(\| |- )`[A-Z]+ \//.test(line));
  expect(listed).toHaveLength(routes.length);
});

describe.each(routes)('$method $path', (route) => {
  const written = `\`${route.method} ${publicPath(route)}\``;
  const line = lines.find((candidate) => candidate.includes(written)) ?? '';

  test('has a mark for each role that may call it', () => {
    if (route.roles === 'PUBLIC') {
      expect(line).toBe(`- ${written} ${route.summary}`);
      return;
    }
    const [, , tenants, ...marks] = line.split('|').map((cell) => cell.trim());
    const allowed = roleNames.filter((_, index) => marks[index] === '✓');
    expect(allowed.sort()).toEqual([...route.roles].sort());
    if (route.tenants !== undefined) expect(tenants?.split(', ')).toEqual(route.tenants);
    expect(tenants).not.toBe('');
  });
});

/** Objects that have no history under a name of their own, and why. */
const WITHOUT_HISTORY: Readonly<Record<string, string>> = {
  '/drop-credentials/{id}': 'the trail of credentials stays with those who watch over others',
  '/uploads/mappings/{id}': 'it has that of an upload, as the trail names it',
  '/reports/dividends/{id}': 'the dividend has it',
  '/reports/exports/{id}': 'its list says all there is',
};

test('whoever may list a history may get each object that has one, and each object that they get has one', () => {
  const got = routes.filter(
    ({ method, path, roles }) =>
      method === 'GET' &&
      /^(\/[a-z-]+){1,2}\/\{\w+\}$/.test(path) &&
      listHistory.roles.every((role) => (roles as readonly string[]).includes(role)) &&
      !(path in WITHOUT_HISTORY),
  );
  expect(got.map(({ path }) => path.split('/').at(-2)).sort()).toEqual([...TOLD_OF]);
});
