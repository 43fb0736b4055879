import { expect, test } from 'vitest';
import { KnownQuotas } from './known-quotas.ts';

const QUOTAS = [1_000, 3_000];

/** Sends requests as `request-count.ts` does, and answers how often the database was asked. */
function send(known: KnownQuotas, requests: number, quotas: readonly number[] = QUOTAS) {
  const left: (number | undefined)[] = [];
  let asked = 0;
  let counted = 0;
  for (let request = 0; request < requests; request += 1) {
    const ahead = known.takeAhead('user', 0);
    if (ahead !== undefined) {
      left.push(ahead.remaining[0]);
      continue;
    }
    const wanted = known.wanted('user', quotas, 0);
    asked += 1;
    counted += wanted;
    const remaining = quotas.map((quota) => quota - counted);
    left.push(known.note('user', wanted, { remaining, resetMs: 10_000 }, 0).remaining[0]);
  }
  return { asked, counted, left };
}

test('whoever sends one request uses up one', () => {
  expect(send(new KnownQuotas(), 1)).toEqual({ asked: 1, counted: 1, left: [999] });
});

test('whoever sends many seldom asks the database, and sees what is left go down by one each time', () => {
  const { asked, counted, left } = send(new KnownQuotas(), 500);
  expect(asked).toBeLessThan(60);
  expect(counted).toBeLessThanOrEqual(500 + 9);
  expect(left).toEqual(Array.from({ length: 500 }, (_, index) => 999 - index));
});

test('nothing is counted ahead of a small quota', () => {
  expect(send(new KnownQuotas(), 50, [199, 1_000])).toMatchObject({ asked: 50, counted: 50 });
});

test('what was counted ahead is lost when all begins anew', () => {
  const known = new KnownQuotas();
  known.note('user', 10, { remaining: [990], resetMs: 10_000 }, 0);
  expect(known.takeAhead('another', 0)).toBeUndefined();
  expect(known.takeAhead('user', 9_999)).toEqual({ remaining: [998], resetMs: 1 });
  expect(known.takeAhead('user', 10_000)).toBeUndefined();
  expect(known.wanted('user', QUOTAS, 10_000)).toBe(1);
});

test('a quota that is used up is known until it begins anew, once what was counted ahead is used', () => {
  const known = new KnownQuotas();
  known.note('user', 2, { remaining: [0, 5], resetMs: 10_000 }, 0);
  expect(known.findUsedUp('user', 1)).toBeUndefined();
  known.takeAhead('user', 1);
  expect(known.findUsedUp('user', 4_000)).toEqual({ remaining: [0, 5], resetMs: 6_000 });
  expect(known.findUsedUp('user', 10_000)).toBeUndefined();
});
