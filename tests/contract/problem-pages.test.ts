import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { problemRegistry, problemType } from '#contracts/problems.ts';
import { getProblem } from '#meta/meta.routes.ts';
import { PROBLEM_HELP } from '#meta/problem-help.ts';
import { routes } from '../../shared/routes.ts';
import { callRoute } from './route-fixtures.ts';

const contract = readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8');
const entry = routes.find(({ operationId }) => operationId === getProblem.operationId);
const slugs = Object.keys(problemRegistry) as (keyof typeof problemRegistry)[];

const read = (type: string) => {
  if (entry === undefined) throw new Error('no route serves problems');
  const [, slug = ''] = /^\/problems\/([^/]+)$/.exec(type) ?? [];
  return callRoute(entry, { params: { slug } });
};

describe.each(slugs)('the type of %s', (slug) => {
  const { cause, remedy } = PROBLEM_HELP[slug];

  test('leads to a page that says what causes it and what to do', async () => {
    const page = await read(problemType(slug));
    expect([page.status, page.header('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const text = page.text.replace(/<[^>]+>/g, '');
    for (const sentence of [problemRegistry[slug].title, cause, remedy])
      expect(text).toContain(sentence.replaceAll('`', ''));
    expect(page.header('content-security-policy')).toContain("default-src 'none'");
  });

  test('names operations and fields that exist', () => {
    const named = [...`${cause} ${remedy}`.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    for (const name of named) {
      const [, method, path] = /^(GET|POST|PUT|PATCH|DELETE) (\S+)$/.exec(name) ?? [];
      if (method !== undefined)
        expect(
          routes.some((route) => route.method === method && route.path === path),
          name,
        ).toBe(true);
      else if (name.startsWith('/'))
        expect(
          routes.some(({ path }) => path.startsWith(name)),
          name,
        ).toBe(true);
      else if (/^[a-z_]+$/.test(name)) expect(contract, name).toContain(name);
    }
  });
});

test('a problem that does not exist has no page', async () => {
  for (const slug of ['no-such-problem', 'constructor', '..', '<script>'])
    expect((await read(`/problems/${slug}`)).status).toBe(404);
});
