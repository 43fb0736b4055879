import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from '#local/lock-file.ts';

/**
 * Files that run a platform do so in two lanes, in each of which one runs at a time. More platforms would only take the processors from each other,
 * and one leaves a processor idle. Copies of the loaded demo share a lane, since they share the port of its identity provider.
 */
export const LANES = ['copy-of-the-demo', 'of-its-own'] as const;
export type Lane = (typeof LANES)[number];

const OF_THEIR_OWN = /\/e2e\/(browser-origin|environments|outages|payment-crash|restore)\.test\.ts$/;
const POLL_MS = 200;

export function laneOf(testFile: string): Lane {
  return OF_THEIR_OWN.test(testFile) ? 'of-its-own' : 'copy-of-the-demo';
}

/** Waits until a lock is free, takes it, and returns what gives it back. */
export async function heldLock(path: string): Promise<() => void> {
  for (;;) {
    const lock = takeLock(path);
    if ('release' in lock) return lock.release;
    await sleep(POLL_MS);
  }
}
