import { describe, expect, test } from 'vitest';
import { answerUnrouted } from './unrouted.http.ts';

const published = () => ({ '/api/users/{id}': { get: {}, patch: {}, parameters: [] } });
const answer = (httpMethod: string, resource: string) =>
  answerUnrouted({ httpMethod, resource }, 'request-1', published);

describe('answerUnrouted', () => {
  test('names the methods of a path', () => {
    const { statusCode, multiValueHeaders, body } = answer('DELETE', '/api/users/{id}');
    expect(statusCode).toBe(405);
    expect(multiValueHeaders?.allow).toEqual(['GET, PATCH, OPTIONS']);
    expect(JSON.parse(body)).toMatchObject({
      type: 'urn:vestry:problem:method-not-allowed',
      detail: 'Use GET or PATCH here.',
      instance: 'urn:vestry:request:request-1',
    });
  });

  test('answers OPTIONS', () => {
    expect(answer('OPTIONS', '/api/users/{id}')).toMatchObject({
      statusCode: 204,
      multiValueHeaders: { allow: ['GET, PATCH, OPTIONS'] },
      body: '',
    });
  });

  test.each(['/api', '/{proxy+}', '/toString'])('finds nothing at %s', (resource) => {
    expect(answer('OPTIONS', resource).statusCode).toBe(404);
  });

  test('reads no contract for a path that API Gateway does not know', () => {
    const unread = () => {
      throw new Error('was read');
    };
    const event = { httpMethod: 'GET', resource: '/{proxy+}' };
    expect(answerUnrouted(event, 'request-1', unread).statusCode).toBe(404);
  });
});
