import { StartError } from 'template-runner/start-error';

/**
 * Returns the instant to which the clock is moved. A day means its end, so that everything due on it is fired.
 * @throws StartError
 */
export function parseDate(text: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const date = new Date(isDay ? `${text}T23:59:59Z` : text);
  const roundTrips = !isDay || (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(text));
  if (Number.isNaN(date.getTime()) || !roundTrips)
    throw new StartError(`${text} is no date: write 2027-01-31 or 2027-01-31T12:00:00Z`);
  return date.toISOString();
}
