import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundle } from '#lib/constructs/bundle.ts';
import { DOCS_ASSETS, SWAGGER_UI_VERSION } from '#meta/docs-assets.ts';
import * as meta from '#meta/meta.routes.ts';
import { kebabCase, type RouteSpec } from '#platform/http/route.ts';
import { call, type TestRequest, type TestResponse } from '#tests/support/request.ts';
import packageJson from '../../package.json' with { type: 'json' };

const CONTRACT = readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8');
const NOT_FOUND = 'functions/meta/not-found.ts';
const entryOf = ({ operationId }: RouteSpec) => `functions/meta/${kebabCase(operationId)}.ts`;

/** The functions are bundled as they are deployed, because the files that they serve are beside their code. */
const code = bundle(
  [...Object.values(meta).map(entryOf), NOT_FOUND].map((entry) => ({
    entry,
    neededBy: 'a test',
    part: 'test',
  })),
);

/** Loaded by Node itself: the test runner's loader would transform what is already built. */
const load = createRequire(import.meta.url);

function handlerOf(entry: string): unknown {
  return load(join(code.get(entry)?.directory ?? '', 'index.mjs')).handler;
}

async function get(route: RouteSpec, request?: TestRequest): Promise<TestResponse> {
  return call(handlerOf(entryOf(route)), route, request);
}

async function unrouted(method: string, resource: string, query = {}): Promise<TestResponse> {
  const route = { ...meta.getHome, method, path: resource } as unknown as RouteSpec;
  return call(handlerOf(NOT_FOUND), route, { query });
}

/** A page may run and show inline content only if its policy has the hash. */
function expectInlineAllowed({ text, header }: TestResponse): void {
  const policy = header('content-security-policy') ?? '';
  expect(policy).not.toContain('unsafe');
  const inline = [...text.matchAll(/<(?:style|script)>(.*?)<\/(?:style|script)>/gs)];
  expect(inline.length).toBeGreaterThan(0);
  for (const [, source = ''] of inline)
    expect(policy).toContain(`'sha256-${createHash('sha256').update(source).digest('base64')}'`);
}

describe.each(['/live', ''])('the first page under "%s"', (base) => {
  test('links the other pages', async () => {
    const page = await get(meta.getHome, { base, query: { utm_source: 'letter' } });
    expect(page.status).toBe(200);
    expect(page.header('content-type')).toBe('text/html; charset=utf-8');
    for (const path of ['/docs', '/openapi.json', '/health', '/.well-known/jwks.json'])
      expect(page.text).toContain(`href="${base}${path}"`);
    expectInlineAllowed(page);
  });
});

describe('documentation', () => {
  test('loads nothing from elsewhere', async () => {
    const page = await get(meta.getDocs);
    expect(page.header('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expectInlineAllowed(page);
  });

  test.each(['/live', ''])('loads assets and a contract that are served under "%s"', async (base) => {
    const { text } = await get(meta.getDocs, { base });
    expect(text).toContain(`data-contract="${base}/openapi.json"`);
    const assets = [...text.matchAll(/"([^"]*)\/docs\/([^"]+)"/g)].map(([, before, asset = '']) => {
      expect(before).toBe(base);
      return asset;
    });
    expect(assets).toHaveLength(2);
    for (const asset of assets) {
      const answer = await get(meta.getDocsAsset, { params: { asset } });
      expect(answer.status).toBe(200);
      expect(answer.header('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(answer.header('x-content-type-options')).toBe('nosniff');
    }
  });

  test.each(Object.entries(DOCS_ASSETS))('serves %s as it is', async (asset, { from, contentType }) => {
    const answer = await get(meta.getDocsAsset, { params: { asset } });
    expect(answer.header('content-type')).toBe(contentType);
    expect(answer.text).toBe(readFileSync(join(import.meta.dirname, '../..', from), 'utf8'));
  });

  test.each(['index.html', '../index.mjs', '__proto__', 'constructor'])('serves no %s', async (asset) => {
    const answer = await get(meta.getDocsAsset, { params: { asset } });
    expect(answer.status).toBe(404);
    expect(answer.body.type).toBe('/problems/not-found');
  });

  test('names the version of its assets', () => {
    expect(packageJson.devDependencies['swagger-ui-dist']).toBe(SWAGGER_UI_VERSION);
  });
});

test('the contract is served as it was written', async () => {
  const answer = await get(meta.getOpenapi);
  expect(answer.header('content-type')).toBe('application/json');
  expect(answer.text).toBe(CONTRACT);
});

test('health answers one word', async () => {
  const answer = await get(meta.getHealth);
  expect([answer.status, answer.text]).toEqual([200, '{"status":"ok"}']);
});

test('security.txt is served to everyone, as the environment has it', async () => {
  process.env.SECURITY_CONTACT = 'mailto:weaknesses@acme.example';
  const answer = await get(meta.getSecurityTxt, { query: { seen: 'elsewhere' } });
  expect(answer.status).toBe(200);
  expect(answer.header('content-type')).toBe('text/plain; charset=utf-8');
  expect(answer.text).toMatch(/^Contact: mailto:weaknesses@acme\.example\nExpires: /);
});

describe('a path that no route serves', () => {
  test('an unknown path is not found, whatever is asked of it', async () => {
    const answer = await unrouted('POST', '/{proxy+}', { any: 'thing' });
    expect(answer.status).toBe(404);
    expect(answer.header('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ type: '/problems/not-found', status: 404 });
  });

  test('a path that is only the beginning of others is not found', async () => {
    expect((await unrouted('GET', '/api')).status).toBe(404);
  });

  test.each(Object.entries<Record<string, object>>(JSON.parse(CONTRACT).paths))(
    '%s allows the methods of its contract',
    async (path, item) => {
      const methods = Object.keys(item).map((method) => method.toUpperCase());
      const isRead = item.get !== undefined && !('x-head' in item.get);
      const allowed = [...methods, ...(isRead ? ['HEAD'] : []), 'OPTIONS'];
      const refused = await unrouted('TRACE', path);
      expect(refused.status).toBe(405);
      expect(refused.body.type).toBe('/problems/method-not-allowed');
      expect(refused.header('allow')?.split(', ').sort()).toEqual(allowed.sort());
      const asked = await unrouted('OPTIONS', path);
      expect([asked.status, asked.text]).toEqual([204, '']);
      expect(asked.header('allow')).toBe(refused.header('allow'));
    },
  );
});

test.each([
  ['GET', '/api/scim/v2/Nothing', 404],
  ['PATCH', '/api/scim/v2/Users', 405],
  ['GET', '/api/scim/v2', 404],
])('%s %s is answered as SCIM has its errors', async (method, path, status) => {
  const answer = await unrouted(method, path);
  expect([answer.status, answer.header('content-type')]).toEqual([status, 'application/scim+json']);
  expect(answer.body).toMatchObject({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    detail: expect.any(String),
  });
  expect((await unrouted(method, path.replace('scim', 'skim'))).header('content-type')).toBe(
    'application/problem+json',
  );
});
