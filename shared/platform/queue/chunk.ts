/** Rows that one message asks a worker to process in a transaction: enough that a commit costs little of it, few enough to bisect. */
export const ROWS_PER_CHUNK = 1_000;
