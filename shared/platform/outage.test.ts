import { expect, test } from 'vitest';
import { DomainError } from '#kernel/domain-error.ts';
import { isOutage } from './outage.ts';

const withCode = (code: string) => Object.assign(new Error('the other side is gone'), { code });
const ofAws = (name: string, httpStatusCode: number) =>
  Object.assign(new Error('of a service'), { name, $metadata: { httpStatusCode } });

test.each<[string, unknown]>([
  ['a database that is restarting', new DomainError('temporarily-unavailable', 'The database is busy.')],
  ['a refused connection', withCode('ECONNREFUSED')],
  [
    'a name that has two addresses, neither of which answers',
    new AggregateError([withCode('ECONNREFUSED'), withCode('ETIMEDOUT')]),
  ],
  ['a fetch without an answer', new TypeError('fetch failed', { cause: withCode('UND_ERR_SOCKET') })],
  ['a request that took too long', Object.assign(new Error('late'), { name: 'TimeoutError' })],
  ['an internal error of S3', ofAws('InternalError', 500)],
  ['an S3 that asks to slow down', ofAws('SlowDown', 503)],
  ['a throttled call', ofAws('ThrottlingException', 400)],
  ['a key that is used too often', ofAws('KmsThrottled', 400)],
])('%s is an outage', (_, error) => {
  expect(isOutage(error)).toBe(true);
});

test.each<[string, unknown]>([
  ['a defect', new TypeError('undefined is not a function')],
  ['a constraint of the database', withCode('23505')],
  ['a file that is missing', withCode('ENOENT')],
  ['an object that is missing', ofAws('NoSuchKey', 404)],
  ['a permission that is missing', ofAws('AccessDenied', 403)],
  [
    'a problem of the domain, whatever its cause',
    new DomainError('not-found', 'There is none.', { cause: withCode('ECONNRESET') }),
  ],
  ['no error', 'ECONNREFUSED'],
])('%s is none', (_, error) => {
  expect(isOutage(error)).toBe(false);
});
