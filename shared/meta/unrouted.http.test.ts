import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { answerUnrouted } from './unrouted.http.ts';

const published = () => ({ '/api/users/{id}': { get: {}, patch: {}, parameters: [] } });
const answer = (httpMethod: string, resource: string) =>
  answerUnrouted({ httpMethod, resource, multiValueHeaders: {} }, 'request-1', published);

describe('answerUnrouted', () => {
  test('names the methods of a path', () => {
    const { statusCode, multiValueHeaders, body } = answer('DELETE', '/api/users/{id}');
    expect(statusCode).toBe(405);
    expect(multiValueHeaders?.allow).toEqual(['GET, HEAD, PATCH, OPTIONS']);
    expect(JSON.parse(body)).toMatchObject({
      type: '/problems/method-not-allowed',
      detail: 'Use GET or HEAD or PATCH here.',
      instance: 'urn:vestry:request:request-1',
    });
  });

  test('names no HEAD where the contract refuses it, since reading has an effect', () => {
    const { statusCode, multiValueHeaders } = answerUnrouted(
      { httpMethod: 'HEAD', resource: '/api/callback', multiValueHeaders: {} },
      'request-1',
      () => ({ '/api/callback': { get: { 'x-head': 'refused' } } }),
    );
    expect([statusCode, multiValueHeaders?.allow]).toEqual([405, ['GET, OPTIONS']]);
  });

  test('answers OPTIONS', () => {
    expect(answer('OPTIONS', '/api/users/{id}')).toMatchObject({
      statusCode: 204,
      multiValueHeaders: { allow: ['GET, HEAD, PATCH, OPTIONS'] },
      body: '',
    });
  });

  describe('of a browser that asks before it sends', () => {
    const ORIGIN = 'https://equity.acme.example';
    const preflight = (resource: string, origin = ORIGIN) =>
      answerUnrouted(
        {
          httpMethod: 'OPTIONS',
          resource,
          multiValueHeaders: { Origin: [origin], 'Access-Control-Request-Method': ['PATCH'] },
        },
        'request-1',
        published,
      );

    beforeAll(() => vi.stubEnv('CORS_ORIGINS', `${ORIGIN},https://other.example`));
    afterAll(() => vi.unstubAllEnvs());

    test('names the methods of the path', () => {
      expect(preflight('/api/users/{id}')).toMatchObject({
        statusCode: 204,
        multiValueHeaders: { 'access-control-allow-methods': ['GET, HEAD, PATCH'] },
      });
    });

    test('lets it find out that there is nothing', () => {
      expect(preflight('/{proxy+}')).toMatchObject({
        statusCode: 204,
        multiValueHeaders: { 'access-control-allow-methods': ['GET, HEAD, POST, PUT, PATCH, DELETE'] },
      });
    });

    test('allows nothing to a page from elsewhere', () => {
      const { multiValueHeaders } = preflight('/api/users/{id}', 'https://evil.example');
      expect(multiValueHeaders).not.toHaveProperty('access-control-allow-methods');
    });
  });

  test.each(['/api', '/{proxy+}', '/toString'])('finds nothing at %s', (resource) => {
    expect(answer('OPTIONS', resource).statusCode).toBe(404);
  });

  test('reads no contract for a path that API Gateway does not know', () => {
    const unread = () => {
      throw new Error('was read');
    };
    const event = { httpMethod: 'GET', resource: '/{proxy+}', multiValueHeaders: {} };
    expect(answerUnrouted(event, 'request-1', unread).statusCode).toBe(404);
  });
});
