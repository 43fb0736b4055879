import { type Day, dayOf } from '#kernel/calendar.ts';

/** The clock and calendar on a wall somewhere. */
export interface ZonedTime {
  readonly day: Day;
  /** The minutes since midnight on the clock: on the days when the clocks change, not the minutes that have passed. */
  readonly minuteOfDay: number;
}

const MINUTE_MS = 60_000;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** Formatters by zone: making one costs a thousand times what using it does. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
  });
  formatters.set(timeZone, made);
  return made;
}

/**
 * The time of a zone at an instant in UTC, as `2026-01-31T12:00:00Z`, some minutes later.
 *
 * @throws RangeError for a text that isn't an instant in UTC, or if there is no such zone
 */
export function zonedTime(instant: string, timeZone: string, minutesLater = 0): ZonedTime {
  const at = INSTANT.test(instant) ? Date.parse(instant) : Number.NaN;
  if (Number.isNaN(at)) throw new RangeError('The instant must be in UTC, as 2026-01-31T12:00:00Z.');
  const then = at + minutesLater * MINUTE_MS;
  const parts = Object.fromEntries(
    formatterOf(timeZone)
      .formatToParts(then)
      .map(({ type, value }) => [type, value]),
  );
  return {
    day: dayOf(new Date(then), timeZone),
    minuteOfDay: Number(parts.hour) * 60 + Number(parts.minute),
  };
}
