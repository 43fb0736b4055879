import type { OutboxEvent } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';

/** The ids of outbox rows that succeeded and failed. Rows in neither list weren't tried for lack of time. */
export interface Outcome {
  readonly done: readonly string[];
  readonly failed: readonly string[];
}

/** Attempts that aren't begun by then wait, so that what is done is marked while there is time. */
const ENOUGH_MS = 5_000;

/** Some rows of the outbox that leave it in one call. */
export interface Attempt {
  readonly ids: readonly string[];
  /** Answers those of the ids that are done. */
  run(): Promise<readonly string[]>;
}

/** Attempts each row by itself; a row is done if nothing is thrown. */
export function eachRow(
  rows: readonly OutboxEvent[],
  carryOut: (row: OutboxEvent) => Promise<void>,
  atOnce?: number,
): Promise<Outcome> {
  return eachByItself(
    rows.map((row) => ({ ids: [row.id], run: () => carryOut(row).then(() => [row.id]) })),
    atOnce,
  );
}

/** Makes each attempt by itself, so that one that can never succeed doesn't delay the others. */
export async function eachByItself(attempts: Iterable<Attempt>, atOnce = 1): Promise<Outcome> {
  const done: string[] = [];
  const failed: string[] = [];
  const endsMs = performance.now() + ENOUGH_MS;
  const one = async ({ ids, run }: Attempt): Promise<void> => {
    const ofThese = await run().catch((error: unknown): readonly string[] => {
      logger.warn('left in the outbox', { ids, error: error as Error });
      return [];
    });
    done.push(...ofThese);
    failed.push(...ids.filter((id) => !ofThese.includes(id)));
  };
  // One iterator for all: each takes the next attempt when its last is over.
  const left = attempts[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    while (performance.now() < endsMs) {
      const next = left.next();
      if (next.done === true) return;
      await one(next.value);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { done, failed };
}
