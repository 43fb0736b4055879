import { expect, test } from 'vitest';
import { spelledOut } from './put-events.ts';

test('what the items of a list share is published with each', () => {
  const each = { type: 'DIVIDEND', status: 'PENDING' };
  expect(
    spelledOut({
      each: { transactions: each },
      transactions: [{ id: 'a' }, { id: 'b', status: 'SENT' }],
      reason: 'x',
    }),
  ).toEqual({
    reason: 'x',
    transactions: [
      { type: 'DIVIDEND', status: 'PENDING', id: 'a' },
      { type: 'DIVIDEND', status: 'SENT', id: 'b' },
    ],
  });
});

test('other payloads pass unchanged', () => {
  const payload = { transactions: [{ id: 'a' }] };
  expect(spelledOut(payload)).toBe(payload);
});
