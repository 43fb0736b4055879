import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openStaticSite } from './static-site.ts';

const directory = mkdtempSync(join(tmpdir(), 'static-site-'));
mkdirSync(join(directory, 'site/assets'), { recursive: true });
writeFileSync(join(directory, 'site/index.html'), '<!doctype html>');
writeFileSync(join(directory, 'site/assets/app-1a2b.js'), 'app()');
writeFileSync(join(directory, 'secret'), 'secret');
afterAll(() => rmSync(directory, { recursive: true }));

const answer = openStaticSite({
  path: '/console',
  directory: join(directory, 'site'),
  headers: { 'x-content-type-options': 'nosniff' },
  assetsPath: '/console/assets',
  caching: { page: 'no-cache', assets: 'immutable' },
  types: { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' },
});

test.each([
  '/console',
  '/console/',
  '/console/approvals/01936f2a',
  '/console/index.html',
  '/console/../secret',
])('%s is the page, which is asked for each time', (path) => {
  expect(answer(path, 'GET')).toMatchObject({
    status: 200,
    headers: { 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8' },
    body: Buffer.from('<!doctype html>'),
  });
});

test('an asset is kept for ever, and one that is missing is no page', () => {
  const headers = { 'cache-control': 'immutable', 'content-type': 'text/javascript; charset=utf-8' };
  expect(answer('/console/assets/app-1a2b.js', 'GET')).toMatchObject({ status: 200, headers });
  for (const path of [
    '/console/assets/old.js',
    '/console/assets/../../secret',
    '/console/assets/%2e%2e/index.html',
  ])
    expect(answer(path, 'GET')).toMatchObject({ status: 404, headers: { 'cache-control': 'no-store' } });
});

test('other paths are the API’s', () => {
  for (const path of ['/', '/consoles', '/api/console', '/live/console'])
    expect(answer(path, 'GET')).toBeUndefined();
});

test('it is read and not written; HEAD has the length without the bytes', () => {
  expect(answer('/console', 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  const head = answer('/console', 'HEAD');
  expect(head).toMatchObject({ status: 200, headers: { 'content-length': '15' } });
  expect(head?.body.length).toBe(0);
});
