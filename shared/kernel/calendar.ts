/**
 * The one calendar: days as `YYYY-MM-DD`, without a time and without a zone. Which day an instant falls on is a question to
 * {@link dayOf}, which is told the zone.
 */
declare const brand: unique symbol;

/** A day that exists. It compares and sorts as its text does. */
export type Day = string & { readonly [brand]: 'Day' };

/** The length of a day of UTC. Days of other zones are shorter or longer where clocks change. */
export const DAY_MS = 86_400_000;

const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

interface Parts {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** Formatters by zone: making one costs a thousand times what using it does. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * Returns the day that a calendar on the wall shows at an instant.
 * @param timeZone of the wall, by its IANA name
 * @throws RangeError if there is no such zone, or the date is invalid
 */
export function dayOf(instant: Date, timeZone = 'UTC'): Day {
  if (timeZone === 'UTC') return dayWrittenIn(instant.toISOString());
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US-u-ca-gregory', {
      ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit' },
    });
    formatters.set(timeZone, formatter);
  }
  const parts = Object.fromEntries(formatter.formatToParts(instant).map(({ type, value }) => [type, value]));
  return dayFrom({ year: Number(parts.year), month: Number(parts.month), day: Number(parts.day) });
}

/** Whether a text names a time zone of the IANA's, as `America/New_York` and `UTC` do. */
export function isTimeZone(text: string): boolean {
  if (!/^(UTC|[A-Z][A-Za-z]*(\/[A-Z][A-Za-z0-9_+-]*)+)$/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined;
  } catch {
    return false;
  }
}

/** Returns the day with which the text of an instant begins: `2026-01-31T12:00:00Z` says `2026-01-31`. */
export function dayWrittenIn(instant: string): Day {
  return instant.slice(0, 'YYYY-MM-DD'.length) as Day;
}

/** Whether a text is a day that exists, as `YYYY-MM-DD`. */
export function isDay(text: string): text is Day {
  return partsOf(text) !== undefined;
}

/**
 * Returns the instant at which a day begins, UTC.
 * @throws RangeError if it is not an existing day as `YYYY-MM-DD`
 */
export function startOf(day: string): Date {
  const { year, month, day: dayOfMonth } = existing(day);
  const start = new Date(Date.UTC(2_000, month - 1, dayOfMonth));
  start.setUTCFullYear(year, month - 1, dayOfMonth);
  return start;
}

/**
 * Returns the day that is so many days later, or earlier if negative.
 * @throws RangeError if it is not an existing day as `YYYY-MM-DD`
 */
export function addDays(day: string, days: number): Day {
  return dayOf(new Date(startOf(day).getTime() + days * DAY_MS));
}

/**
 * Returns how many days after `from` the day `to` is; negative when it is before. NaN where either is not a day: schemas
 * compare fields whose own faults they are about to list.
 */
export function daysBetween(from: string, to: string): number {
  if (!isDay(from) || !isDay(to)) return Number.NaN;
  return (startOf(to).getTime() - startOf(from).getTime()) / DAY_MS;
}

/**
 * Returns the day that is `months` after the anchor, clamped to the month's end: Jan 31 → Feb 28 or 29 → Mar 31. Count from the
 * anchor, never from the last result, which would have lost the 31st.
 * @throws RangeError if the anchor is not an existing day as `YYYY-MM-DD`
 */
export function addMonths(anchor: string, months: number): Day {
  const { year, month, day } = existing(anchor);
  const index = year * 12 + (month - 1) + months;
  const toYear = Math.floor(index / 12);
  const toMonth = index - toYear * 12 + 1;
  return dayFrom({ year: toYear, month: toMonth, day: Math.min(day, daysInMonth(toYear, toMonth)) });
}

/**
 * Returns the most months that can be added to the anchor without passing the date; negative when the date is before it.
 * @throws RangeError if either is not an existing day as `YYYY-MM-DD`
 */
export function monthsReached(anchor: string, date: string): number {
  const from = existing(anchor);
  const to = existing(date);
  const months = (to.year - from.year) * 12 + to.month - from.month;
  return to.day < Math.min(from.day, daysInMonth(to.year, to.month)) ? months - 1 : months;
}

/**
 * Returns the last day of a day's month: `2026-02-03` → `2026-02-28`.
 * @throws RangeError if it is not an existing day as `YYYY-MM-DD`
 */
export function endOfMonth(day: string): Day {
  const { year, month } = existing(day);
  return dayFrom({ year, month, day: daysInMonth(year, month) });
}

function existing(day: string): Parts {
  const parts = partsOf(day);
  if (parts === undefined) throw new RangeError(`Not a day: ${day}`);
  return parts;
}

function partsOf(text: string): Parts | undefined {
  const match = ISO_DATE.exec(text);
  const year = Number(match?.[1]);
  const month = Number(match?.[2]);
  const day = Number(match?.[3]);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return undefined;
  return { year, month, day };
}

function dayFrom({ year, month, day }: Parts): Day {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}` as Day;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function pad(value: number, width: number): string {
  return value.toString().padStart(width, '0');
}
