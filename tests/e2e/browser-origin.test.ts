import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrowserApp, openBrowserApp } from '#tests/support/browser.ts';
import {
  eventually,
  type RunningPlatform,
  removeDataDir,
  startedPlatform,
  temporaryDataDir,
} from './platform.ts';

const SLUG = 'browser-issuer';
const REGISTER = 'external_ref,name,holdings\nB-1,Ada Lovelace,100\n';

let dataDir: string;
let platform: RunningPlatform;
let app: BrowserApp;

beforeAll(async () => {
  dataDir = temporaryDataDir();
  platform = await startedPlatform({ dataDir, flags: ['--port', '0', '--no-demo'] });
  const admin = { email: 'admin@browser.example', password: 'correct horse battery staple' };
  const tenant = { slug: SLUG, name: SLUG, type: 'ISSUER', admin };
  expect((await platform.api('operator', 'POST', '/tenants', tenant)).status).toBe(201);
  platform.know({ slug: SLUG, type: 'ISSUER', users: [{ ...admin, role: 'ADMIN' }] });
  app = await openBrowserApp();
});

afterAll(async () => {
  await app?.close();
  await platform.stop();
  removeDataDir(dataDir);
});

interface Sent {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request from the page, which is of another origin. Rejects what the browser forbids or keeps from the page. */
function fromPage(url: string, sent: Sent) {
  return app.page.evaluate(
    async ({ address, init }) => {
      const answer = await fetch(address, init);
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers) as Record<string, string>,
        text: await answer.text(),
      };
    },
    { address: url, init: sent },
  );
}

const apiUrl = (path: string): string => `${platform.file.apiUrl}/api${path}`;

async function asAdmin(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return fromPage(apiUrl(path), {
    method,
    headers: {
      authorization: `Bearer ${await platform.token(SLUG)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe('a web application on another port', () => {
  test('creates, reads the version from ETag, and changes with If-Match', async () => {
    const created = await asAdmin(
      'POST',
      '/shareholders',
      { external_ref: 'B-0', name: 'Grace Hopper' },
      { 'idempotency-key': 'browser-1' },
    );
    expect(created.status).toBe(201);
    expect(created.headers.location).toMatch(/\/api\/shareholders\//);
    const { id } = JSON.parse(created.text) as { id: string };
    const read = await asAdmin('GET', `/shareholders/${id}`);
    expect(read.headers.etag).toMatch(/^"\d+"$/);
    const changed = await asAdmin(
      'PATCH',
      `/shareholders/${id}`,
      { name: 'Rear Admiral Grace Hopper' },
      { 'if-match': read.headers.etag ?? '', 'idempotency-key': 'browser-2' },
    );
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(read.headers.etag);
  });

  test.each([
    ['the gateway', 401, '/shareholders', { authorization: 'Bearer nonsense' }],
    ['the gateway, of a request without a token', 401, '/shareholders', {}],
    ['a path that does not exist', 404, '/no-such-thing', {}],
    ['a function', 404, '/shareholders/00000000-0000-7000-8000-000000000000', undefined],
  ])('reads the refusal of %s', async (_, status, path, headers) => {
    const answer =
      headers === undefined
        ? await asAdmin('GET', path)
        : await fromPage(apiUrl(path), { method: 'GET', headers });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ status });
    expect(answer.headers['x-request-id']).toEqual(expect.any(String));
  });

  test('sends a file to the bucket itself, sees its ETag, and reads the errors file', async () => {
    const bytes = Buffer.from(`${REGISTER},nobody,1\n`);
    const announced = await asAdmin('POST', '/uploads/shareholders', {
      filename: 'browser.csv',
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(announced.status).toBe(201);
    const { id, upload_url: uploadUrl, upload_headers: headers } = JSON.parse(announced.text);
    const put = await fromPage(uploadUrl, { method: 'PUT', headers, body: bytes.toString('utf8') });
    expect([put.status, put.headers.etag]).toEqual([200, expect.stringMatching(/^"[\da-f]{32}"$/)]);
    const upload = await eventually(
      async () => (await platform.api(SLUG, 'GET', `/uploads/${id}`)).body,
      ({ state }) => /COMPLETED|FAILED/.test(state),
    );
    expect(upload).toMatchObject({ state: 'COMPLETED', accepted: 1, rejected: 1 });
    expect((await fromPage(upload.errors_url, { method: 'GET' })).text).toContain('external_ref');
  });
});

describe('behind a stage', () => {
  const base = '/live';

  test('the first page leads from the first page to the documentation, which tries an operation', async () => {
    const { page } = app;
    const { apiUrl: origin } = platform.file;
    await page.goto(`${origin}${base}/`);
    await page.getByRole('link', { name: 'Documentation' }).click();
    await page.waitForURL(`${origin}${base}/docs`);
    await page.locator('#operations-tag-Platform').click();
    const health = page.locator('#operations-Platform-getHealth');
    await health.locator('.opblock-summary-control').click();
    await health.getByRole('button', { name: 'Try it out' }).click();
    const answered = page.waitForResponse(`${origin}${base}/health`);
    await health.getByRole('button', { name: 'Execute' }).click();
    expect(await (await answered).json()).toEqual({ status: 'ok' });
    await page.getByRole('link', { name: '← Vestry' }).click();
    await page.waitForURL(`${origin}${base}/`);
  });

  test('what is made is found where its answer says', async () => {
    const { apiUrl: origin } = platform.file;
    const headers = {
      authorization: `Bearer ${await platform.token(SLUG)}`,
      'content-type': 'application/json',
      'idempotency-key': `based-${base}`,
    };
    const url = `${origin}${base}/api/shareholders`;
    const body = JSON.stringify({ external_ref: `B${base}`, name: 'Based' });
    const created = await fetch(url, { method: 'POST', headers, body });
    expect(created.status).toBe(201);
    const { id, links } = (await created.json()) as { id: string; links: Record<string, string> };
    const found = await fetch(new URL(created.headers.get('location') ?? '', url), { headers });
    expect(await found.json()).toMatchObject({ id });
    for (const link of Object.values(links))
      expect((await fetch(new URL(link, url), { headers })).status).toBe(200);
  });
});

describe('a page from anywhere else', () => {
  const EVIL = 'https://evil.example';

  test.each([
    ['the API', () => apiUrl('/shareholders')],
    ['the bucket', () => `${platform.file.awsEndpointUrl}/${platform.file.buckets.uploads}/incoming/x`],
  ])('is let into nothing by %s', async (_, url) => {
    const preflight = await fetch(url(), {
      method: 'OPTIONS',
      headers: { origin: EVIL, 'access-control-request-method': 'PUT' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect(preflight.headers.get('access-control-allow-methods')).toBeNull();
    const health = await fetch(`${platform.file.apiUrl}/health`, { headers: { origin: EVIL } });
    expect(health.headers.get('access-control-allow-origin')).toBeNull();
    expect(health.headers.get('vary')).toBe('Origin');
  });
});
