/** Seconds before a message is delivered again: the first pause, and its growth. */
const FIRST_SECONDS = 1;
const LONGEST_OUTAGE_SECONDS = 300;
const OUTAGE_GROWTH = 2;
/** Failures of the message itself wait longer each time, so that something we don't know to be an outage may pass. */
const FAILURE_GROWTH = 3;
/** SQS delays a message by a quarter of an hour at most. */
const LONGEST_FAILURE_SECONDS = 900;
/** The share of a pause that is left to chance, so that what failed together doesn't come back together. */
const JITTER = 0.5;
const SECONDS_PER_HOUR = 3_600;
/** SQS's limit of `maxReceiveCount`. */
const MOST_RECEIVES = 1_000;

let pace = 1;

/** Shortens every pause, in tests. */
export function setPace(factor: number): void {
  pace = factor;
}

const growing = (growth: number, times: number, longest: number): number =>
  Math.min(longest, FIRST_SECONDS * growth ** (times - 1));

const jittered = (seconds: number): number => Math.ceil(seconds * (1 - JITTER * Math.random()) * pace);

/** Returns the seconds that a message waits while something outside is unavailable. @param times 1 for the first */
export function outagePauseSeconds(times: number): number {
  return jittered(growing(OUTAGE_GROWTH, times, LONGEST_OUTAGE_SECONDS));
}

/** Returns the seconds that a message waits after it has failed for itself. @param times 1 for the first */
export function failurePauseSeconds(times: number): number {
  return jittered(growing(FAILURE_GROWTH, times, LONGEST_FAILURE_SECONDS));
}

/** Returns how often a message is received, however short its pauses turn out, before it has waited for so many hours. */
export function receivesWithin(hours: number): number {
  let waited = 0;
  let receives = 1;
  for (; waited < hours * SECONDS_PER_HOUR && receives < MOST_RECEIVES; receives += 1)
    waited += growing(OUTAGE_GROWTH, receives, LONGEST_OUTAGE_SECONDS) * (1 - JITTER);
  return receives;
}
