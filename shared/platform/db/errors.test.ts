import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { DomainError } from '#kernel/domain-error.ts';
import { isUnavailable, translateDatabaseError } from './errors.ts';

const database = (code: string, message = 'told by the server'): pg.DatabaseError =>
  Object.assign(new pg.DatabaseError(message, message.length, 'error'), { code });
const system = (code: string): Error => Object.assign(new Error(code), { code });

describe('the database is unavailable', () => {
  test.each([
    ...['08000', '08001', '08003', '08004', '08006', '08P01'],
    ...['53000', '53100', '53200', '53300', '53400'],
    ...['57P01', '57P02', '57P03', '57P05', '57014', '55P03', '25P03', '25P04'],
  ])('state %s: 503, with the time to wait', async (code) => {
    expect(isUnavailable(database(code))).toBe(true);
    expect(await translateDatabaseError(database(code))).toMatchObject({
      slug: 'temporarily-unavailable',
      retryAfterSeconds: expect.any(Number),
    });
  });

  test.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN', 'ENOSPC'])(
    'error %s of the system',
    (code) => {
      expect(isUnavailable(system(code))).toBe(true);
    },
  );

  test.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ])('the driver says: %s', (message) => {
    expect(isUnavailable(new Error(message))).toBe(true);
  });
});

describe('the statement is wrong', () => {
  test.each(['22P02', '23505', '42501', '42703', '42P01', '54000', '0A000', '40001', 'XX000'])(
    'state %s is not an outage',
    (code) => {
      expect(isUnavailable(database(code))).toBe(false);
    },
  );

  test('a text that is no error is not an outage', () => {
    expect(isUnavailable('ECONNREFUSED')).toBe(false);
  });
});

test('a plan that a migration has outdated may be tried again; another missing feature may not', async () => {
  const stale = await translateDatabaseError(database('0A000', 'cached plan must not change result type'));
  expect(stale).toBeInstanceOf(DomainError);
  expect(stale).toMatchObject({ slug: 'temporarily-unavailable' });
  const missing = database('0A000', 'command-line options are not supported');
  expect(await translateDatabaseError(missing)).toBe(missing);
});
