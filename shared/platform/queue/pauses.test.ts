import { expect, test } from 'vitest';
import { failurePauseSeconds, outagePauseSeconds, receivesWithin } from './pauses.ts';

test('a message waits longer each time, and never longer than SQS hides or delays it', () => {
  for (let times = 1; times < 60; times += 1) {
    expect(outagePauseSeconds(times)).toBeLessThanOrEqual(Math.min(300, 2 ** (times - 1)));
    expect(outagePauseSeconds(times)).toBeGreaterThanOrEqual(Math.min(300, 2 ** (times - 1)) / 2);
    expect(failurePauseSeconds(times)).toBeLessThanOrEqual(900);
  }
});

test.each([1, 6, 12, 24])(
  '%i hours of outage are waited for, whatever the pauses turn out to be',
  (hours) => {
    const receives = receivesWithin(hours);
    let shortestSeconds = 0;
    for (let times = 1; times < receives; times += 1) shortestSeconds += Math.min(300, 2 ** (times - 1)) / 2;
    expect(shortestSeconds).toBeGreaterThanOrEqual(hours * 3_600);
    expect(receives).toBeLessThanOrEqual(1_000);
  },
);

test('twenty minutes of outage are survived in sixteen deliveries', () => {
  expect(receivesWithin(1 / 3)).toBe(17);
});
