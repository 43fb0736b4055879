import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '#functions/called/fetch-public.ts';
import { logger } from '#platform/observability/logger.ts';
import { type Listener, listen } from '#tests/support/listener.ts';
import type { PublicAnswer } from './public-call.ts';

let listener: Listener;
let here: string;

beforeAll(async () => {
  process.env.VESTRY_ENVIRONMENT = 'test';
  listener = await listen();
  here = `http://127.0.0.1:${listener.port}/token`;
});
afterAll(() => listener.close());
beforeEach(() => {
  process.env.OUTSIDE_TO_LOOPBACK = 'on';
  listener.heard.splice(0);
  listener.answer(200);
});

const called = (event: object): Promise<PublicAnswer> => handler(event, {} as never);
const request = (more: object = {}) => ({
  ...{ kind: 'request', url: here, method: 'GET', headers: {}, body: null },
  ...more,
});

test('a request is made as it was asked for, and its answer comes back', async () => {
  const headers = { authorization: 'Basic c2VjcmV0', 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await called(request({ method: 'POST', headers, body: 'code=of+a+sign-in' }));
  expect(answer).toMatchObject({
    outcome: 'answered',
    status: 200,
    body_base64: Buffer.from('ok').toString('base64'),
  });
  expect(listener.heard).toMatchObject([{ url: '/token', headers, body: 'code=of+a+sign-in' }]);
});

test('a redirect is an answer, and is not followed', async () => {
  listener.answer(302);
  expect(await called(request())).toMatchObject({ outcome: 'answered', status: 302 });
  expect(listener.heard).toHaveLength(1);
});

test('whoever does not answer is unreachable, with the reason', async () => {
  expect(await called(request({ url: 'http://127.0.0.1:1/' }))).toEqual({
    outcome: 'unreachable',
    code: 'ECONNREFUSED',
  });
  expect(await called({ kind: 'resolution', url: 'https://nobody.example.test.invalid/' })).toEqual({
    outcome: 'refused',
  });
});

test('the log has the host and the outcome, and nothing of what was sent or answered', async () => {
  const spies = (['info', 'warn', 'error'] as const).map((level) => vi.spyOn(logger, level));
  await called(
    request({
      method: 'POST',
      url: `${here}?code=SECRET1`,
      headers: { authorization: 'SECRET2' },
      body: 'SECRET3',
    }),
  );
  const log = JSON.stringify(spies.flatMap(({ mock }) => mock.calls));
  for (const spy of spies) spy.mockRestore();
  expect(log).toContain('"host":"127.0.0.1"');
  expect(log).not.toMatch(/SECRET|\/token/);
});

describe.each([
  'http://hooks.acme.example/',
  'https://127.0.0.1/',
  'https://10.1.2.3/',
  'https://169.254.169.254/latest/meta-data/',
  'https://[::ffff:127.0.0.1]/',
  'https://localhost/',
  'https://db/',
  'no URL',
])('%s', (url) => {
  test('is neither called nor looked up outside of development', async () => {
    process.env.OUTSIDE_TO_LOOPBACK = 'off';
    expect(await called(request({ url }))).toEqual({ outcome: 'refused' });
    expect(await called({ kind: 'resolution', url })).toEqual({ outcome: 'refused' });
  });
});

test.each<[string, object]>([
  ['another method', { method: 'PUT' }],
  ['a method in another case', { method: 'get' }],
  ['a header that clients of OAuth do not send', { headers: { host: 'metadata.internal' } }],
  ['a long URL', { url: `https://idp.example/${'x'.repeat(4_000)}` }],
  ['a long header', { headers: { authorization: 'x'.repeat(16_001) } }],
  ['a long body', { method: 'POST', body: 'x'.repeat(64_001) }],
  ['another kind', { kind: 'shell' }],
])('a call with %s fails before anything is called', async (_, more) => {
  await expect(called(request(more))).rejects.toThrow();
  expect(listener.heard).toEqual([]);
});
