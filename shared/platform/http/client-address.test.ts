import { describe, expect, test } from 'vitest';
import { clientAddressOf } from './client-address.ts';

const EDGE = 'x-vestry-edge';
const CLOUDFRONT = '130.176.1.2';
const VIEWER = '203.0.113.9';

function addressOf(
  headers: Record<string, readonly string[]>,
  edgeHeader: string | undefined = EDGE,
): string {
  return clientAddressOf(new Map(Object.entries(headers)), CLOUDFRONT, edgeHeader);
}

describe('the address of a client', () => {
  const key = { [EDGE]: ['k'] };

  test.each<[string, readonly string[]]>([
    ['as CloudFront and API Gateway append it', [`${VIEWER}, ${CLOUDFRONT}`]],
    ['below what the client claims', [`198.51.100.1, ${VIEWER}, ${CLOUDFRONT}`]],
    ['below a claim that is CloudFront’s address', [`${CLOUDFRONT}, ${VIEWER}, ${CLOUDFRONT}`]],
    ['in several headers', ['198.51.100.1', `${VIEWER},${CLOUDFRONT}`]],
    ['without the one of API Gateway', [`198.51.100.1, ${VIEWER}`]],
  ])('is the one that the edge saw (%s)', (_, forwarded) => {
    expect(addressOf({ ...key, 'x-forwarded-for': forwarded })).toBe(VIEWER);
  });

  test('may be one of IPv6', () => {
    expect(addressOf({ ...key, 'x-forwarded-for': [`2001:db8::7, ${CLOUDFRONT}`] })).toBe('2001:db8::7');
  });

  test.each<[string, Record<string, readonly string[]>]>([
    ['no header', {}],
    ['nothing but CloudFront', { 'x-forwarded-for': [CLOUDFRONT] }],
    ['no address', { 'x-forwarded-for': [`unknown, ${CLOUDFRONT}`] }],
    ['a header that is empty', { 'x-forwarded-for': [''] }],
  ])('is the peer’s if the edge says nothing (%s)', (_, headers) => {
    expect(addressOf({ ...key, ...headers })).toBe(CLOUDFRONT);
  });

  test('is the peer’s for whoever comes past the edge, whatever they claim', () => {
    expect(addressOf({ 'x-forwarded-for': [`${VIEWER}, ${CLOUDFRONT}`] })).toBe(CLOUDFRONT);
  });

  test('is the peer’s where there is no edge, even with its header', () => {
    const headers = new Map(Object.entries({ ...key, 'x-forwarded-for': [`${VIEWER}, ${CLOUDFRONT}`] }));
    expect(clientAddressOf(headers, CLOUDFRONT)).toBe(CLOUDFRONT);
  });
});
