import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays } from '#kernel/calendar.ts';
import { monthsVested, vestingDay } from './vesting-days.ts';

test.each([
  ['2025-01-15', 6, 1, '2025-07-01'],
  ['2025-01-15', 6, 31, '2025-07-31'],
  ['2025-01-15', 1, 31, '2025-02-28'],
  ['2024-01-31', 1, 30, '2024-02-29'],
  ['2025-01-31', 1, 15, '2025-02-15'],
  ['2025-01-15', 0, 1, '2025-01-15'],
  ['2025-01-15', 0, 20, '2025-01-20'],
])('from %s, %d months later, on day %d, is %s', (start, months, day, expected) => {
  expect(vestingDay(start, months, day)).toBe(expected);
});

test('as many months have vested by a day as have had their vesting day', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2_000 }),
      fc.integer({ min: 0, max: 3_000 }),
      fc.option(fc.integer({ min: 1, max: 31 }), { nil: undefined }),
      (from, later, dayOfMonth) => {
        const start = addDays('2024-01-01', from);
        const day = addDays(start, later);
        const due = Array.from({ length: 110 }, (_, months) => vestingDay(start, months, dayOfMonth));
        expect(Math.max(monthsVested(start, day, dayOfMonth), -1) + 1).toBe(
          due.filter((one) => one <= day).length,
        );
      },
    ),
  );
});
