import { type Day, isDay } from '#kernel/calendar.ts';

/** YYMMDD of a calendar day. */
export function nachaDate(day: string): string {
  return day.slice(2).replaceAll('-', '');
}

/** The day of a YYMMDD in this century; undefined where there is no such day. */
export function dayOfNachaDate(text: string): Day | undefined {
  if (!/^\d{6}$/.test(text)) return undefined;
  const day = `20${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4)}`;
  return isDay(day) ? day : undefined;
}
