import { describe, expect, test } from 'vitest';
import {
  type AchSpeed,
  effectiveEntryDate,
  isSameDayEligible,
  SAME_DAY_ENTRY_LIMIT_MINOR,
} from './effective-entry-date.ts';

function entryOf(sentAt: string, speed: AchSpeed, amountMinor = 100n, leadTimeMinutes?: number) {
  const options = leadTimeMinutes === undefined ? {} : { leadTimeMinutes };
  const { effectiveEntryDate: day, window } = effectiveEntryDate(sentAt, speed, amountMinor, options);
  return `${day} ${window}`;
}

describe('same-day', () => {
  test.each([
    ['2026-03-04T15:29:59Z', '2026-03-04 same-day-1', '10:29 EST'],
    ['2026-03-04T15:30:00Z', '2026-03-04 same-day-2', '10:30 EST is late'],
    ['2026-03-04T19:44:59Z', '2026-03-04 same-day-2', '14:44 EST'],
    ['2026-03-04T19:45:00Z', '2026-03-04 same-day-3', '14:45 EST'],
    ['2026-03-04T21:44:59Z', '2026-03-04 same-day-3', '16:44 EST'],
    ['2026-03-04T21:45:00Z', '2026-03-05 next-day', '16:45 EST, after the last window'],
    ['2026-03-09T14:29:59Z', '2026-03-09 same-day-1', '10:29 EDT, the first Monday of daylight saving time'],
    ['2026-03-09T14:30:00Z', '2026-03-09 same-day-2', '10:30 EDT'],
    ['2026-03-09T20:45:00Z', '2026-03-10 next-day', '16:45 EDT'],
    ['2026-11-02T15:29:59Z', '2026-11-02 same-day-1', '10:29 EST, the first Monday of standard time'],
    ['2026-10-30T14:30:00Z', '2026-10-30 same-day-2', '10:30 EDT, the last Friday of daylight saving time'],
    ['2026-03-07T12:00:00Z', '2026-03-09 same-day-1', 'a Saturday'],
    ['2026-03-07T02:00:00Z', '2026-03-09 next-day', 'Friday 21:00 EST, though Saturday in UTC'],
    ['2026-07-03T20:00:00Z', '2026-07-03 same-day-3', 'a Friday before a holiday on Saturday is open'],
    ['2026-12-25T15:00:00Z', '2026-12-28 same-day-1', 'Christmas, a Friday'],
  ])('sent at %s: %s (%s)', (sentAt, expected) => {
    expect(entryOf(sentAt, 'same-day')).toBe(expected);
  });

  test('is for a million dollars at most', () => {
    expect(isSameDayEligible(SAME_DAY_ENTRY_LIMIT_MINOR)).toBe(true);
    expect(isSameDayEligible(SAME_DAY_ENTRY_LIMIT_MINOR + 1n)).toBe(false);
    expect(entryOf('2026-03-04T15:00:00Z', 'same-day', 100_000_000n)).toBe('2026-03-04 same-day-1');
    expect(entryOf('2026-03-04T15:00:00Z', 'same-day', 100_000_001n)).toBe('2026-03-05 next-day');
  });

  test('says so in the descriptive date', () => {
    const at = (sentAt: string) => effectiveEntryDate(sentAt, 'same-day', 1n).descriptiveDate;
    expect(at('2026-03-04T15:00:00Z')).toBe('SD1300');
    expect(at('2026-03-04T17:00:00Z')).toBe('SD1700');
    expect(at('2026-03-04T21:00:00Z')).toBe('SD1800');
    expect(at('2026-03-04T22:00:00Z')).toBeUndefined();
  });
});

describe('next-day', () => {
  test.each([
    ['2026-03-04T15:00:00Z', '2026-03-05 next-day', 'Wednesday morning'],
    ['2026-03-05T07:14:59Z', '2026-03-05 next-day', 'Thursday 02:14 EST still counts to Wednesday'],
    ['2026-03-05T07:15:00Z', '2026-03-06 next-day', 'Thursday 02:15 EST'],
    ['2026-03-06T15:00:00Z', '2026-03-09 next-day', 'Friday'],
    ['2026-03-07T07:14:59Z', '2026-03-09 next-day', 'Saturday 02:14 EST still counts to Friday'],
    ['2026-03-07T07:15:00Z', '2026-03-10 next-day', 'Saturday 02:15 EST counts to Monday'],
    ['2026-03-09T06:14:59Z', '2026-03-10 next-day', 'Monday 02:14 EDT: Sunday is no processing day'],
    ['2026-03-10T06:14:59Z', '2026-03-10 next-day', 'Tuesday 02:14 EDT'],
    ['2026-03-10T06:15:00Z', '2026-03-11 next-day', 'Tuesday 02:15 EDT'],
    ['2026-11-25T15:00:00Z', '2026-11-27 next-day', 'the day before Thanksgiving'],
    ['2026-11-26T07:00:00Z', '2026-11-27 next-day', 'Thanksgiving 02:00 EST counts to Wednesday'],
    ['2026-11-26T15:00:00Z', '2026-11-30 next-day', 'Thanksgiving counts to Friday'],
    ['2025-12-31T23:59:59Z', '2026-01-02 next-day', "New Year's Eve"],
  ])('sent at %s: %s (%s)', (sentAt, expected) => {
    expect(entryOf(sentAt, 'next-day')).toBe(expected);
  });
});

test("the bank's lead time moves every deadline", () => {
  expect(entryOf('2026-03-04T14:29:00Z', 'same-day', 1n, 60)).toBe('2026-03-04 same-day-1');
  expect(entryOf('2026-03-04T14:30:00Z', 'same-day', 1n, 60)).toBe('2026-03-04 same-day-2');
  expect(entryOf('2026-03-05T06:15:00Z', 'next-day', 1n, 60)).toBe('2026-03-06 next-day');
});

test.each(['2026-03-04', '2026-03-04T15:00:00', '2026-03-04T15:00:00+01:00', '2026-03-04T25:00:00Z', ''])(
  '%j is no instant',
  (sentAt) => {
    expect(() => effectiveEntryDate(sentAt, 'next-day', 1n)).toThrow(RangeError);
  },
);
