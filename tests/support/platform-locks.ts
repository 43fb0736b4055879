import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from '#local/lock-file.ts';

/** Files that may run a platform at the same time. */
export const PLATFORMS = 2;
const POLL_MS = 200;

/** Waits for the first of these locks that is free, takes it, and returns what gives it back. */
export async function firstLock(paths: readonly string[]): Promise<() => void> {
  for (;;) {
    for (const path of paths) {
      const lock = takeLock(path);
      if ('release' in lock) return lock.release;
    }
    await sleep(POLL_MS);
  }
}
