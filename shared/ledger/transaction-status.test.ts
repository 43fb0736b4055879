import { expect, test } from 'vitest';
import { ENDED_STATUSES, OPEN_STATUSES } from '#contracts/transactions.ts';
import { isTerminal } from './transaction-status.ts';

test('a transaction moves on from its open statuses, and from no other', () => {
  expect(OPEN_STATUSES.map(isTerminal)).toEqual(OPEN_STATUSES.map(() => false));
  expect(ENDED_STATUSES.map(isTerminal)).toEqual(ENDED_STATUSES.map(() => true));
});
