/** Minutes before each further attempt: soon at first, then twice a day, over three days. */
const PAUSES_MINUTES = [1, 5, 30, 120, 360, 720, 720, 1_080, 1_284] as const;
const MINUTE_MS = 60_000;
/** Deliveries that failed together don't come again together. */
const JITTER = 0.1;
/** The longest that a receiver can put an attempt off: as long as the longest pause of ours. */
const MAX_RETRY_AFTER_SECONDS = 86_400;

/** Attempts after which a delivery is given up. */
export const MAX_ATTEMPTS = PAUSES_MINUTES.length + 1;

/**
 * Returns the time of the next attempt after so many failed ones, counted from the first or from a manual resend;
 * undefined after the last. It is not before the one that the receiver asked for.
 * @param random from 0 to 1, exclusive
 */
export function nextAttempt(
  failed: number,
  attemptedAt: Date,
  retryAfter: number | null = null,
  random: number = Math.random(),
): Date | undefined {
  const pause = PAUSES_MINUTES[failed - 1];
  if (pause === undefined) return undefined;
  const pauseMs = pause * MINUTE_MS * (1 + JITTER * random);
  return new Date(attemptedAt.getTime() + Math.round(Math.max(pauseMs, (retryAfter ?? 0) * 1_000)));
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Reads `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). Undefined where it says nothing. */
export function retryAfterSeconds(header: string | undefined, now: Date): number | undefined {
  if (header === undefined || header.length > 40) return undefined;
  const text = header.trim();
  const isDate = HTTP_DATE.test(text);
  if (!isDate && !/^\d{1,10}$/.test(text)) return undefined;
  const seconds = isDate ? (Date.parse(text) - now.getTime()) / 1_000 : Number(text);
  return Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(0, Math.ceil(seconds)));
}
