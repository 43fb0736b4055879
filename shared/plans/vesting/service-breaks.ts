import { addDays, addMonths, daysBetween } from '#kernel/calendar.ts';

/** An absence: the last day of service, and the day on which the employee was back. */
export interface ServiceBreak {
  readonly terminated_on: string;
  readonly rehired_on: string;
}

/** An absence of less than a year counts as service (Treas. Reg. 1.410(a)-7(d)(1)(iii)); of a longer one no day does. */
function lostDays({ terminated_on, rehired_on }: ServiceBreak): number {
  return rehired_on < addMonths(terminated_on, 12) ? 0 : daysBetween(terminated_on, rehired_on);
}

/**
 * Returns the day on which as much would have been served without absences as has been by the end of a day. Schedules are asked for that day.
 *
 * @example
 * const breaks = [{ terminated_on: '2026-01-31', rehired_on: '2027-03-31' }];
 * serviceDay('2026-06-30', breaks); // → '2026-01-31'
 * serviceDay('2027-04-01', breaks); // → '2026-02-01'
 * serviceDay('2026-06-30', [{ terminated_on: '2026-01-31', rehired_on: '2026-06-01' }]); // → '2026-06-30'
 */
export function serviceDay(day: string, breaks: readonly ServiceBreak[]): string {
  let lost = 0;
  for (const absence of breaks) {
    const days = lostDays(absence);
    if (days === 0 || day <= absence.terminated_on) continue;
    lost += Math.min(days, daysBetween(absence.terminated_on, day));
  }
  return lost === 0 ? day : addDays(day, -lost);
}

/**
 * Returns the day on which a day of service was served: the inverse of `serviceDay`.
 *
 * @example
 * const breaks = [{ terminated_on: '2026-01-31', rehired_on: '2027-03-31' }];
 * calendarDay('2026-01-31', breaks); // → '2026-01-31'
 * calendarDay('2026-02-01', breaks); // → '2027-04-01'
 */
export function calendarDay(served: string, breaks: readonly ServiceBreak[]): string {
  let day = served;
  for (const absence of breaks) if (day > absence.terminated_on) day = addDays(day, lostDays(absence));
  return day;
}
