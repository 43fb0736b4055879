/** A record date is at most this long before the payable date. */
export const MAX_DAYS_TO_PAYABLE = 60;

const DAY_MS = 86_400_000;

/** From one ISO date to another, in days. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}

/** The last day that has closed at an instant: the day before, in UTC. */
export function lastClosedDay(at: Date): string {
  return new Date(at.getTime() - DAY_MS).toISOString().slice(0, 10);
}
