import { type ZonedTime, zonedTime } from './zoned-time.ts';

export const EASTERN = 'America/New_York';

/** The clock and calendar in New York, by whose time FedACH publishes its schedule. */
export type EasternTime = ZonedTime;

/**
 * The Eastern time of an instant in UTC, as `2026-01-31T12:00:00Z`, some minutes later.
 *
 * @throws RangeError for a text that isn't an instant in UTC
 */
export function easternTime(instant: string, minutesLater = 0): EasternTime {
  return zonedTime(instant, EASTERN, minutesLater);
}
