import { expect, test } from 'vitest';
import { MAX_ATTEMPTS, nextAttempt } from './retry-pauses.ts';

test('attempts go on for three days, further and further apart, and then end', () => {
  const start = new Date('2026-03-01T00:00:00Z');
  let [at, pauseMs] = [start, 0];
  for (let failed = 1; failed < MAX_ATTEMPTS; failed += 1) {
    const next = nextAttempt(failed, at) as Date;
    expect(next.getTime() - at.getTime()).toBeGreaterThanOrEqual(pauseMs);
    [pauseMs, at] = [next.getTime() - at.getTime(), next];
  }
  expect((at.getTime() - start.getTime()) / 3_600_000).toBeCloseTo(72, 0);
  expect(nextAttempt(MAX_ATTEMPTS, at)).toBeUndefined();
});
