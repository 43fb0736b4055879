import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMonths, monthsReached } from './calendar.ts';

test.each([
  ['2025-01-31', 1, '2025-02-28'],
  ['2024-01-31', 1, '2024-02-29'],
  ['2025-01-31', 2, '2025-03-31'],
  ['2025-01-31', 3, '2025-04-30'],
  ['2024-02-29', 12, '2025-02-28'],
  ['2024-02-29', 48, '2028-02-29'],
  ['2025-11-30', 3, '2026-02-28'],
  ['2025-12-15', 1, '2026-01-15'],
  ['1999-12-31', 2, '2000-02-29'],
  ['1899-12-31', 2, '1900-02-28'],
  ['2025-01-31', 0, '2025-01-31'],
])('%s and %i months is %s', (anchor, months, date) => {
  expect(addMonths(anchor, months)).toBe(date);
});

test.each([
  ['2025-01-31', '2025-02-27', 0],
  ['2025-01-31', '2025-02-28', 1],
  ['2024-01-31', '2024-02-28', 0],
  ['2025-01-31', '2025-03-30', 1],
  ['2025-01-15', '2025-01-14', -1],
  ['2025-01-15', '2024-12-15', -1],
  ['2025-01-15', '2024-12-14', -2],
])('from %s, %s is %i months on', (anchor, date, months) => {
  expect(monthsReached(anchor, date)).toBe(months);
});

test.each(['2023-02-29', '2025-00-10', '2025-13-01', '2025-04-31', '2025-01-00', '2025-1-1', '45000', ''])(
  '%j is not a day',
  (date) => {
    expect(() => addMonths(date, 1)).toThrow(RangeError);
    expect(() => monthsReached('2025-01-01', date)).toThrow(RangeError);
  },
);

test('monthsReached is the most months that do not pass the date', () => {
  const day = fc
    .date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  fc.assert(
    fc.property(day, day, (anchor, date) => {
      const months = monthsReached(anchor, date);
      expect(addMonths(anchor, months) <= date).toBe(true);
      expect(addMonths(anchor, months + 1) > date).toBe(true);
    }),
  );
});
