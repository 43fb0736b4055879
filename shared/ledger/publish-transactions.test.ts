import { expect, test } from 'vitest';
import { isUuid } from '#kernel/ids.ts';
import { partId } from './publish-transactions.ts';

test.each([
  ['01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d', 0, '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d'],
  ['01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d', 3, '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b80'],
  ['01936f2a-7c1e-7b3a-9d54-ffffffffffff', 1, '01936f2a-7c1e-7b3a-9d54-000000000000'],
])('part %s %i', (id, part, expected) => {
  expect(partId(id, part)).toBe(expected);
  expect(isUuid(expected)).toBe(true);
});
