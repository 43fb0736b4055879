import { describe, expect, test } from 'vitest';
import { isAllowed } from '#platform/allowed-origin.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';

const CONSOLE = 'https://equity.acme.example';
const ALLOWED = [CONSOLE, 'http://localhost:*'];

describe('isAllowed', () => {
  test.each([CONSOLE, 'http://localhost:3000', 'http://localhost:1'])('lets %s in', (origin) => {
    expect(isAllowed(origin, ALLOWED)).toBe(true);
  });

  test.each([
    'null',
    '',
    '*',
    'https://evil.example',
    'http://equity.acme.example',
    'https://equity.acme.example.evil.example',
    'https://equity.acme.example:444',
    'https://evil-equity.acme.example',
    'https://equity.acme.example/',
    'http://localhost',
    'http://localhost:',
    'http://localhost:*',
    'http://localhost:80@evil.example',
    'http://localhost:3000.evil.example',
    'http://localhost:123456',
    'https://localhost:3000',
  ])('keeps %s out', (origin) => {
    expect(isAllowed(origin, ALLOWED)).toBe(false);
  });
});

describe('corsHeaders', () => {
  test('names the page’s own origin, and what it may read', () => {
    const headers = corsHeaders(CONSOLE, ALLOWED);
    expect(headers).toMatchObject({ 'access-control-allow-origin': CONSOLE, vary: 'Origin' });
    const exposed = headers['access-control-expose-headers']?.split(', ');
    for (const name of ['ETag', 'Location', 'Retry-After', 'X-Request-Id']) expect(exposed).toContain(name);
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  test('tells caches that the answer depends on the origin, whoever asks', () => {
    expect(corsHeaders('https://evil.example', ALLOWED)).toEqual({ vary: 'Origin' });
    expect(corsHeaders(undefined, ALLOWED)).toEqual({ vary: 'Origin' });
  });

  test('says nothing where no origin is configured', () => {
    expect(corsHeaders(CONSOLE, [])).toEqual({});
    expect(preflightHeaders(CONSOLE, ['GET'], [])).toEqual({});
  });
});

test('a preflight is told the methods of the path, and every header that routes read', () => {
  const headers = preflightHeaders(CONSOLE, ['GET', 'PATCH'], ALLOWED);
  expect(headers['access-control-allow-methods']).toBe('GET, PATCH');
  for (const name of ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match'])
    expect(headers['access-control-allow-headers']).toContain(name);
  expect(preflightHeaders('https://evil.example', ['GET'], ALLOWED)).toEqual({});
});
