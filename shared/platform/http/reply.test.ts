import { expect, test } from 'vitest';
import { renderProblem } from './problem-document.ts';
import { renderReply, reply } from './reply.ts';
import type { RouteSpec } from './route.ts';

const route = { method: 'GET', path: '/things', status: 200 } as RouteSpec;
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

test.each([
  ['data', renderReply(route, { id: '1' })],
  ['a problem', renderProblem('not-found', 'There is no such thing.', 'r')],
])('%s lets a browser load, run and frame nothing', (_, { multiValueHeaders }) => {
  expect(multiValueHeaders).toMatchObject({
    'content-security-policy': [POLICY],
    'x-content-type-options': ['nosniff'],
  });
});

test('a page has the policy that it names', () => {
  const page = reply('<p>', { headers: { 'content-security-policy': "script-src 'sha256-x'" } });
  expect(renderReply(route, page).multiValueHeaders).toMatchObject({
    'content-security-policy': ["script-src 'sha256-x'"],
  });
});
