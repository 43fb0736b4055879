import { expect, test } from 'vitest';
import { MAX_ATTEMPTS, nextAttempt, retryAfterSeconds } from './retry-pauses.ts';

test('attempts go on for three days, further and further apart, and then end', () => {
  const start = new Date('2026-03-01T00:00:00Z');
  let [at, pauseMs] = [start, 0];
  for (let failed = 1; failed < MAX_ATTEMPTS; failed += 1) {
    const next = nextAttempt(failed, at, null, 0) as Date;
    expect(next.getTime() - at.getTime()).toBeGreaterThanOrEqual(pauseMs);
    [pauseMs, at] = [next.getTime() - at.getTime(), next];
  }
  expect((at.getTime() - start.getTime()) / 3_600_000).toBeCloseTo(72, 0);
  expect(nextAttempt(MAX_ATTEMPTS, at)).toBeUndefined();
});

test('a pause is up to a tenth longer, and never shorter than the receiver asks for', () => {
  const at = new Date('2026-03-01T00:00:00Z');
  const seconds = (...more: [number | null, number?]) =>
    ((nextAttempt(1, at, ...more) as Date).getTime() - at.getTime()) / 1_000;
  expect(seconds(null, 0)).toBe(60);
  expect(seconds(null, 0.999)).toBeCloseTo(66, 0);
  expect(seconds(30, 0)).toBe(60);
  expect(seconds(600, 0)).toBe(600);
  const spread = new Set(Array.from({ length: 20 }, () => seconds(null)));
  expect(spread.size).toBeGreaterThan(10);
});

test.each<[string | undefined, number | undefined]>([
  [undefined, undefined],
  ['120', 120],
  [' 120 ', 120],
  ['0', 0],
  ['99999999', 86_400],
  ['Sun, 01 Mar 2026 00:05:00 GMT', 300],
  ['Sat, 28 Feb 2026 00:05:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
  ['1'.repeat(1_000_000), undefined],
])('Retry-After %s', (header, seconds) => {
  const read = retryAfterSeconds(header, new Date('2026-03-01T00:00:00Z'));
  expect(read).toBe(seconds);
});
