import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addDays,
  addMonths,
  dayOf,
  daysBetween,
  dayWrittenIn,
  endOfMonth,
  isDay,
  monthsReached,
  startOf,
} from './calendar.ts';

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
    .map((date) => dayOf(date));
  fc.assert(
    fc.property(day, day, (anchor, date) => {
      const months = monthsReached(anchor, date);
      expect(addMonths(anchor, months) <= date).toBe(true);
      expect(addMonths(anchor, months + 1) > date).toBe(true);
    }),
  );
});

test.each([
  ['2026-01-31T23:00:00Z', undefined, '2026-01-31'],
  ['2026-01-31T23:59:59.999Z', 'UTC', '2026-01-31'],
  ['2026-02-01T00:00:00Z', 'UTC', '2026-02-01'],
  // The hour before midnight, and the one after.
  ['2026-02-01T04:59:59Z', 'America/New_York', '2026-01-31'],
  ['2026-02-01T05:00:00Z', 'America/New_York', '2026-02-01'],
  // The clock has been put forward: midnight comes an hour earlier in UTC.
  ['2026-07-01T03:59:59Z', 'America/New_York', '2026-06-30'],
  ['2026-07-01T04:00:00Z', 'America/New_York', '2026-07-01'],
  ['2026-01-31T14:59:59Z', 'Asia/Tokyo', '2026-01-31'],
  ['2026-01-31T15:00:00Z', 'Asia/Tokyo', '2026-02-01'],
  ['2026-01-31T18:14:59Z', 'Asia/Kathmandu', '2026-01-31'],
  ['2026-01-31T18:15:00Z', 'Asia/Kathmandu', '2026-02-01'],
  // Fourteen hours ahead: the whole afternoon of UTC is tomorrow.
  ['2026-12-31T10:00:00Z', 'Pacific/Kiritimati', '2027-01-01'],
  ['2028-02-29T23:30:00Z', 'Europe/London', '2028-02-29'],
])('%s in %s is %s', (instant, timeZone, day) => {
  expect(dayOf(new Date(instant), timeZone)).toBe(day);
});

test('a zone or an instant that does not exist is no day', () => {
  expect(() => dayOf(new Date(), 'Mars/Olympus_Mons')).toThrow(RangeError);
  expect(() => dayOf(new Date(Number.NaN))).toThrow(RangeError);
});

test.each([
  ['2026-02-28', 1, '2026-03-01'],
  ['2028-02-28', 1, '2028-02-29'],
  ['2026-01-01', -1, '2025-12-31'],
  ['2026-03-29', 0, '2026-03-29'],
  ['2026-01-01', 365, '2027-01-01'],
])('%s and %i days is %s', (day, days, later) => {
  expect(addDays(day, days)).toBe(later);
  expect(daysBetween(day, later)).toBe(days);
});

test('what is no day is refused, or has no distance', () => {
  expect(() => addDays('2026-02-30', 1)).toThrow(RangeError);
  expect(() => startOf('2026-02-30')).toThrow(RangeError);
  expect(daysBetween('2026-02-30', '2026-03-01')).toBeNaN();
  expect(isDay('2026-02-30')).toBe(false);
  expect(isDay('2028-02-29')).toBe(true);
});

test('a month ends on its last day', () => {
  expect(endOfMonth('2026-02-03')).toBe('2026-02-28');
  expect(endOfMonth('2028-02-29')).toBe('2028-02-29');
  expect(endOfMonth('2026-12-01')).toBe('2026-12-31');
});

test('a day begins at midnight, UTC', () => {
  expect(startOf('2026-01-31').toISOString()).toBe('2026-01-31T00:00:00.000Z');
  expect(startOf('0099-12-31').toISOString()).toBe('0099-12-31T00:00:00.000Z');
  expect(dayWrittenIn('2026-01-31T23:59:59.999999Z')).toBe('2026-01-31');
});
