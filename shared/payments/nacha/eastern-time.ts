import { type Day, dayOf } from '#kernel/calendar.ts';

/** The clock and calendar in New York, by whose time FedACH publishes its schedule. */
export interface EasternTime {
  readonly day: Day;
  /** The minutes since midnight on the clock: on the days when the clocks change, not the minutes that have passed. */
  readonly minuteOfDay: number;
}

const MINUTE_MS = 60_000;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const TIME_ZONE = 'America/New_York';
const NEW_YORK = new Intl.DateTimeFormat('en-US', {
  timeZone: TIME_ZONE,
  hourCycle: 'h23',
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
    day: dayOf(new Date(at + minutesLater * MINUTE_MS), TIME_ZONE),
    minuteOfDay: Number(parts.hour) * 60 + Number(parts.minute),
  };
}
