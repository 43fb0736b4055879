import { type CalendarDay, isCalendarDay } from './federal-reserve-holidays.ts';

/** YYMMDD of a calendar day. */
export function nachaDate(day: CalendarDay): string {
  return day.slice(2).replaceAll('-', '');
}

/** The day of a YYMMDD in this century; undefined where there is no such day. */
export function dayOfNachaDate(text: string): CalendarDay | undefined {
  if (!/^\d{6}$/.test(text)) return undefined;
  const day = `20${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4)}`;
  return isCalendarDay(day) ? day : undefined;
}
