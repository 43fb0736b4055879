import type { CalendarDay } from './federal-reserve-holidays.ts';

/** What a clock and a calendar show in New York, the time in which FedACH publishes its schedule. */
export interface EasternTime {
  readonly day: CalendarDay;
  /** Since midnight on the clock: on the days when the clocks change, not the minutes that have passed. */
  readonly minuteOfDay: number;
}

const MINUTE_MS = 60_000;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const NEW_YORK = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
});

/**
 * The Eastern time of an instant in UTC, as `2026-01-31T12:00:00Z`, some minutes later.
 *
 * @throws RangeError for a text that isn't an instant in UTC
 */
export function easternTime(instant: string, minutesLater = 0): EasternTime {
  const at = INSTANT.test(instant) ? Date.parse(instant) : Number.NaN;
  if (Number.isNaN(at)) throw new RangeError('The instant must be in UTC, as 2026-01-31T12:00:00Z.');
  const parts = Object.fromEntries(
    NEW_YORK.formatToParts(at + minutesLater * MINUTE_MS).map(({ type, value }) => [type, value]),
  );
  return {
    day: `${parts.year}-${parts.month}-${parts.day}`,
    minuteOfDay: Number(parts.hour) * 60 + Number(parts.minute),
  };
}
