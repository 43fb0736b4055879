import { addDays, dayOf } from '#kernel/calendar.ts';
/** A record date is at most this long before the payable date. */
export const MAX_DAYS_TO_PAYABLE = 60;

/** The last day that has closed at an instant: the day before, in UTC. */
export function lastClosedDay(at: Date): string {
  return addDays(dayOf(at), -1);
}
