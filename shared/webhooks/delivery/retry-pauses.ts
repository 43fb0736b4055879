/** Minutes before each further attempt: soon at first, then twice a day, over three days. */
const PAUSES_MINUTES = [1, 5, 30, 120, 360, 720, 720, 1_080, 1_284] as const;
const MINUTE_MS = 60_000;

/** Attempts after which a delivery is given up. */
export const MAX_ATTEMPTS = PAUSES_MINUTES.length + 1;

/**
 * Returns the time of the next attempt after so many failed ones, counted from the first or from a manual resend;
 * undefined after the last.
 */
export function nextAttempt(failed: number, attemptedAt: Date): Date | undefined {
  const pause = PAUSES_MINUTES[failed - 1];
  return pause === undefined ? undefined : new Date(attemptedAt.getTime() + pause * MINUTE_MS);
}
