import { addDays, addMonths, endOfMonth, monthsReached } from '#kernel/calendar.ts';

/**
 * Returns the day on which something vests so many months after the start. With a day of the month, it moves within its month to that day, or to the last
 * one of a shorter month; never before the start.
 *
 * @example
 * vestingDay('2025-01-31', 1, undefined); // → '2025-02-28'
 * vestingDay('2025-01-15', 6, 1); // → '2025-07-01'
 * vestingDay('2025-01-15', 1, 31); // → '2025-02-28'
 */
export function vestingDay(start: string, months: number, dayOfMonth: number | undefined): string {
  const day = addMonths(start, months);
  if (dayOfMonth === undefined) return day;
  const last = endOfMonth(day);
  const moved = addDays(last, Math.min(0, dayOfMonth - Number(last.slice(8))));
  return moved < start ? start : moved;
}

/**
 * Returns the most months after the start whose vesting day has come by a day; negative before the start. It is the inverse of `vestingDay`.
 *
 * @example
 * monthsVested('2025-01-15', '2025-07-01', 1); // → 6
 * monthsVested('2025-01-15', '2025-07-01', undefined); // → 5
 */
export function monthsVested(start: string, day: string, dayOfMonth: number | undefined): number {
  if (dayOfMonth === undefined || day < start) return monthsReached(start, day);
  const months = monthsReached(`${start.slice(0, 8)}01`, day);
  return vestingDay(start, months, dayOfMonth) <= day ? months : months - 1;
}
