import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, dayOf } from '#kernel/calendar.ts';
import {
  addBankingDays,
  bankingDayOnOrAfter,
  federalReserveHolidays,
  isBankingDay,
  nextBankingDay,
} from './federal-reserve-holidays.ts';

// Published by the Federal Reserve Banks; holidays on a Saturday, on which they are closed anyway, are left out.
const PUBLISHED: Record<number, string> = {
  2022: '01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26',
  2023: '01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-23 12-25',
  2024: '01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25',
  2025: '01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25',
  2026: '01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25',
  2027: '01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25',
};

test.each(Object.entries(PUBLISHED))('the holidays of %s are those published', (year, days) => {
  expect(federalReserveHolidays(Number(year))).toEqual(days.split(' ').map((day) => `${year}-${day}`));
});

test('Juneteenth is kept since 2022', () => {
  expect(federalReserveHolidays(2021)).not.toContain('2021-06-18');
  expect(isBankingDay('2020-06-19')).toBe(true);
});

test.each([
  ['2026-07-03', true, 'the Friday before a holiday on Saturday'],
  ['2026-07-04', false, 'a Saturday'],
  ['2027-07-05', false, 'the Monday after a holiday on Sunday'],
  ['2027-12-24', true, 'the Friday before a Christmas on Saturday'],
  ['2027-12-31', true, 'the Friday before a New Year on Saturday'],
  ['2023-01-02', false, 'the Monday after a New Year on Sunday'],
  ['2025-11-28', true, 'the Friday after Thanksgiving'],
  ['2026-03-15', false, 'a Sunday'],
])('%s is a banking day: %s (%s)', (day, expected) => {
  expect(isBankingDay(day)).toBe(expected);
});

describe('counting', () => {
  test.each([
    ['2026-07-02', 1, '2026-07-03'],
    ['2026-07-03', 1, '2026-07-06'],
    ['2025-12-31', 1, '2026-01-02'],
    ['2024-11-27', 2, '2024-12-02'],
    ['2026-01-17', 0, '2026-01-20'],
    ['2026-01-16', 0, '2026-01-16'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2026-01-01', 251, '2026-12-31'],
  ])('%s and %i banking days is %s', (day, count, expected) => {
    expect(addBankingDays(day, count)).toBe(expected);
  });

  test('the next banking day is after the day, with only closed days between', () => {
    const day = fc
      .date({ min: new Date('1990-01-01'), max: new Date('2199-12-01'), noInvalidDate: true })
      .map((date) => dayOf(date));
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 30 }), (start, count) => {
        const next = nextBankingDay(start);
        expect(isBankingDay(next)).toBe(true);
        let between = addDays(start, 1);
        for (; between < next; between = addDays(between, 1)) expect(isBankingDay(between)).toBe(false);
        expect(between).toBe(next);
        expect(addBankingDays(start, count + 1)).toBe(nextBankingDay(addBankingDays(start, count)));
        expect(bankingDayOnOrAfter(start)).toBe(isBankingDay(start) ? start : next);
      }),
    );
  });

  test.each([-1, 1.5, 1_001, Number.NaN])('%d banking days are refused', (count) => {
    expect(() => addBankingDays('2026-01-02', count)).toThrow(RangeError);
  });
});

test.each(['2023-02-29', '2026-13-01', '2026-1-1', '', '2026-01-01T00:00:00Z'])(
  'the day %j is refused',
  (day) => {
    expect(() => isBankingDay(day)).toThrow(RangeError);
    expect(() => nextBankingDay(day)).toThrow(RangeError);
  },
);
