import { DAY_MS, type Day, dayOf, isDay, startOf } from '#kernel/calendar.ts';

const SUNDAY = 0;
const MONDAY = 1;
const THURSDAY = 4;
const SATURDAY = 6;

/** The Reserve Banks keep Juneteenth since the year after its law (Pub. L. 117-17, signed June 17, 2021). */
const FIRST_JUNETEENTH = 2022;

/**
 * The days on which the Federal Reserve Banks, and so FedACH, are closed in a year, in order.
 *
 * A holiday on a Sunday closes them on Monday. One on a Saturday does not close them on Friday, other than for most
 * employers: the Friday is a banking day (Federal Reserve Bank Holiday Schedule). The rules are those of 1986 and later,
 * the first year of Martin Luther King, Jr. Day.
 */
export function federalReserveHolidays(year: number): Day[] {
  const fixed: [month: number, day: number][] = [
    [1, 1],
    ...(year >= FIRST_JUNETEENTH ? ([[6, 19]] as [number, number][]) : []),
    [7, 4],
    [11, 11],
    [12, 25],
  ];
  const days = [
    ...fixed.map(([month, day]) => observed(Date.UTC(year, month - 1, day))).filter((at) => at !== undefined),
    nthWeekday(year, 1, MONDAY, 3),
    nthWeekday(year, 2, MONDAY, 3),
    lastMondayOfMay(year),
    nthWeekday(year, 9, MONDAY, 1),
    nthWeekday(year, 10, MONDAY, 2),
    nthWeekday(year, 11, THURSDAY, 4),
  ];
  return days.map(dayAt).sort();
}

/**
 * A weekday that is no Federal Reserve holiday.
 *
 * @throws RangeError for a day that doesn't exist
 */
export function isBankingDay(day: string): boolean {
  const at = startOf(day).getTime();
  return isOpen(at);
}

/**
 * The first banking day after this day.
 *
 * @throws RangeError for a day that doesn't exist
 */
export function nextBankingDay(day: string): Day {
  return dayAt(openAfter(startOf(day).getTime()));
}

/**
 * This day, or the next banking day where it is none.
 *
 * @throws RangeError for a day that doesn't exist
 */
export function bankingDayOnOrAfter(day: string): Day {
  return isDay(day) && isBankingDay(day) ? day : nextBankingDay(day);
}

/**
 * The banking day that is so many banking days later. Adding 0 to a day that is none gives the next one.
 *
 * @throws RangeError for a day that doesn't exist, or a count that isn't a whole number from 0 to 1,000
 */
export function addBankingDays(day: string, count: number): Day {
  if (!Number.isInteger(count) || count < 0 || count > 1_000) {
    throw new RangeError('The number of banking days must be a whole number from 0 to 1,000.');
  }
  let at = startOf(day).getTime();
  if (count === 0 && !isOpen(at)) at = openAfter(at);
  for (let left = count; left > 0; left -= 1) at = openAfter(at);
  return dayAt(at);
}

function isOpen(at: number): boolean {
  const weekday = new Date(at).getUTCDay();
  if (weekday === SUNDAY || weekday === SATURDAY) return false;
  return !federalReserveHolidays(new Date(at).getUTCFullYear()).includes(dayAt(at));
}

function openAfter(at: number): number {
  let next = at + DAY_MS;
  while (!isOpen(next)) next += DAY_MS;
  return next;
}

function observed(at: number): number | undefined {
  const weekday = new Date(at).getUTCDay();
  if (weekday === SATURDAY) return undefined;
  return weekday === SUNDAY ? at + DAY_MS : at;
}

function nthWeekday(year: number, month: number, weekday: number, nth: number): number {
  const first = Date.UTC(year, month - 1, 1);
  const ahead = (weekday - new Date(first).getUTCDay() + 7) % 7;
  return first + (ahead + (nth - 1) * 7) * DAY_MS;
}

function lastMondayOfMay(year: number): number {
  const last = Date.UTC(year, 4, 31);
  return last - ((new Date(last).getUTCDay() - MONDAY + 7) % 7) * DAY_MS;
}

function dayAt(at: number): Day {
  return dayOf(new Date(at));
}
