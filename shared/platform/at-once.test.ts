import { expect, test } from 'vitest';
import { CALLS_AT_ONCE, callForEach } from './at-once.ts';

test('a call is made for every item, never more than so many at once', async () => {
  const made: number[] = [];
  let underWay = 0;
  let most = 0;
  await callForEach(Array(50).keys(), async (item) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise(setImmediate);
    made.push(item);
    underWay -= 1;
  });
  expect(made.toSorted((a, b) => a - b)).toEqual([...Array(50).keys()]);
  expect(most).toBe(CALLS_AT_ONCE);
});

test('a failure is thrown, and no further call is begun', async () => {
  let begun = 0;
  const fail = callForEach(Array(50).keys(), async () => {
    begun += 1;
    await new Promise(setImmediate);
    throw new Error('refused');
  });
  await expect(fail).rejects.toThrow('refused');
  await new Promise(setImmediate);
  expect(begun).toBe(CALLS_AT_ONCE);
});
