import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueTimers } from './due-timers.ts';

test('timers come out in the order of their moments', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (moments) => {
      const timers = new DueTimers();
      for (const dueMs of moments) timers.push({ dueMs, executionArn: 'a', branch: 0 });
      const popped = moments.map(() => timers.pop()?.dueMs);
      expect(popped).toEqual(moments.toSorted((a, b) => a - b));
      expect(timers.pop()).toBeUndefined();
    }),
  );
});
