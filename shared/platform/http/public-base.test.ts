import { describe, expect, test } from 'vitest';
import { linkTo } from '#contracts/links.ts';
import { answerAt, baseOf } from './public-base.ts';
import { renderReply, reply } from './reply.ts';
import type { RouteSpec } from './route.ts';

const route: RouteSpec = {
  operationId: 'makeThing',
  method: 'POST',
  path: '/boxes/{id}/things',
  summary: 'Make a thing',
  roles: ['ADMIN'],
  status: 201,
  location: '/boxes/{box_id}/things/{id}',
  problems: [],
  uses: [],
};

describe('the base', () => {
  test.each([
    ['API Gateway’s own address', '/live/api/things', '/api/things', '/live'],
    ['API Gateway’s own address, with a parameter', '/live/api/things/7', '/api/things/{id}', '/live'],
    ['the home page under a stage', '/live', '/', '/live'],
    ['the home page under a stage, with a slash', '/live/', '/', '/live'],
    ['a domain', '/api/things/7/parts', '/api/things/{id}/parts', ''],
    ['the home page of a domain', '/', '/', ''],
    ['a domain with a mapping', '/equity/api/things/7', '/api/things/{id}', '/equity'],
    ['a mapping that is called like the API', '/api/api/things/7', '/api/things/{id}', '/api'],
    ['a mapping that is called like a page', '/docs/docs', '/docs', '/docs'],
    ['a trailing slash', '/live/api/things/', '/api/things', '/live'],
    ['a parameter with a slash', '/live/api/things/a/b', '/api/things/{id}', '/live'],
    ['another host', '//evil.example/api/things', '/api/things', ''],
    ['what would end an attribute', '/"onload="x/docs', '/docs', ''],
    ['a path that is not the resource’s', '/elsewhere', '/api/things/{id}', ''],
  ])('of %s', (_, path, resource, base) => {
    expect(baseOf({ resource, requestContext: { path } })).toBe(base);
  });
});

describe('an answer', () => {
  const body = {
    id: 'a b',
    box_id: '7',
    links: { self: linkTo({ path: '/things/{id}' }, { id: 'a b' }), none: null },
    said: ['"/api/', '\\/api/', '"\\/api/', '\\"\\/api/'],
  };
  const rendered = renderReply(
    route,
    reply(body, { next: linkTo(route, { id: '7' }, new URLSearchParams({ cursor: 'x' })) }),
    {
      id: 'of the path',
    },
  );

  test.each(['/live', '', '/equity'])('leads on from the base "%s", and what anybody wrote stays', (base) => {
    const { multiValueHeaders = {}, body: text } = answerAt(base, rendered);
    expect(multiValueHeaders.location).toEqual([`${base}/api/boxes/7/things/a%20b`]);
    expect(multiValueHeaders.link).toEqual([`<${base}/api/boxes/7/things?cursor=x>; rel="next"`]);
    expect(JSON.parse(text)).toEqual({ ...body, links: { self: `${base}/api/things/a%20b`, none: null } });
  });

  test('can be kept and given at another base', () => {
    const kept = JSON.parse(JSON.stringify(rendered)) as typeof rendered;
    expect(JSON.parse(answerAt('/live', kept).body).links.self).toBe('/live/api/things/a%20b');
    expect(JSON.parse(answerAt('', kept).body).links.self).toBe('/api/things/a%20b');
  });

  test('is left alone if it is a table or a script', () => {
    const script = {
      ...rendered,
      multiValueHeaders: { 'content-type': ['text/javascript'] },
      body: '"\\/x"',
    };
    expect(answerAt('/live', script).body).toBe('"\\/x"');
  });

  test('takes no link without its parameters', () => {
    expect(() => linkTo({ path: '/things/{id}' })).toThrow('has no id');
  });
});
