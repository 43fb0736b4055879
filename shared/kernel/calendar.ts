const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

interface Day {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/**
 * The day that is `months` after the anchor, clamped to the month's end: Jan 31 → Feb 28 or 29 → Mar 31. Count from the
 * anchor, never from the last result, which would have lost the 31st.
 * @throws RangeError if the anchor is not an existing day as `YYYY-MM-DD`
 */
export function addMonths(anchor: string, months: number): string {
  const { year, month, day } = dayOf(anchor);
  const index = year * 12 + (month - 1) + months;
  const toYear = Math.floor(index / 12);
  const toMonth = index - toYear * 12 + 1;
  const toDay = Math.min(day, daysInMonth(toYear, toMonth));
  return `${pad(toYear, 4)}-${pad(toMonth, 2)}-${pad(toDay, 2)}`;
}

/**
 * The most months that can be added to the anchor without passing the date; negative when the date is before the anchor.
 * @throws RangeError if either is not an existing day as `YYYY-MM-DD`
 */
export function monthsReached(anchor: string, date: string): number {
  const from = dayOf(anchor);
  const to = dayOf(date);
  const months = (to.year - from.year) * 12 + to.month - from.month;
  return to.day < Math.min(from.day, daysInMonth(to.year, to.month)) ? months - 1 : months;
}

function dayOf(date: string): Day {
  const match = ISO_DATE.exec(date);
  const year = Number(match?.[1]);
  const month = Number(match?.[2]);
  const day = Number(match?.[3]);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) {
    throw new RangeError(`Not a day: ${date}`);
  }
  return { year, month, day };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function pad(value: number, width: number): string {
  return value.toString().padStart(width, '0');
}
